import { staffEn } from './staff.en.ts'
import { staffId } from './staff.id.ts'
import { addTexts } from './text.ts'

/** Whoever imports this has the texts of the pages of staff: a public screen need not load them. */
addTexts({ id: staffId, en: staffEn })

import { reportsEn } from './reports.en.ts'
import { reportsId } from './reports.id.ts'
import { addTexts } from './text.ts'

/** Whoever imports this has the texts of the reports: no other page needs them. */
addTexts({ id: reportsId, en: reportsEn })

import { settingsEn } from './settings.en.ts'
import { settingsId } from './settings.id.ts'
import { addTexts } from './text.ts'

/** Whoever imports this has the texts of the settings: a lobby screen need not load them. */
addTexts({ id: settingsId, en: settingsEn })

import { liveEn } from './live.en.ts'
import { liveId } from './live.id.ts'
import { addTexts } from './text.ts'

/** Whoever imports this has the texts of the live page: no other page needs them. */
addTexts({ id: liveId, en: liveEn })

import { storyEn } from './story.en.ts'
import { storyId } from './story.id.ts'
import { addTexts } from './text.ts'

/** Whoever imports this has the texts of a number's story: no other page needs them. */
addTexts({ id: storyId, en: storyEn })

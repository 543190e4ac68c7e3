import type { Language } from '../domain/configuration.ts'
import { publicEn } from './public.en.ts'
import { publicId } from './public.id.ts'
import { filled, type ParametersOf } from './templates.ts'

export type PublicKey = keyof typeof publicId

const dictionaries: Readonly<Record<Language, Readonly<Record<PublicKey, string>>>> = { id: publicId, en: publicEn }

/** As `text`, for pages that load the public texts alone. */
export const publicText = <K extends PublicKey>(language: Language, key: K, ...[values]: ParametersOf<(typeof publicId)[K]>): string =>
  filled(dictionaries[language][key], values)

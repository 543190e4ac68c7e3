import type { Language } from '../domain/configuration.ts'
import { LANGUAGES } from './templates.ts'

const STORED = 'panggil.language'
const isLanguage = (value: string | null): value is Language => value !== null && (LANGUAGES as readonly string[]).includes(value)

/** The page's language: from `?lang=`, else as chosen here before, else Indonesian. */
class PageLanguage {
  now = $state<Language>('id')

  constructor() {
    const asked = new URLSearchParams(location.search).get('lang')
    const stored = localStorage.getItem(STORED)
    if (isLanguage(asked)) this.now = asked
    else if (isLanguage(stored)) this.now = stored
    document.documentElement.lang = this.now
  }

  choose(language: Language): void {
    this.now = language
    document.documentElement.lang = language
    localStorage.setItem(STORED, language)
  }

  /** For one visit: the next visitor of a kiosk gets the hall's language again. */
  lend(language: Language): void {
    this.now = language
    document.documentElement.lang = language
  }

  get other(): Language {
    return this.now === 'id' ? 'en' : 'id'
  }
}

export const language = new PageLanguage()

import type { DescribedAgency, DescribedService } from '../../shared/client/branch.svelte.ts'
import { textIn } from '../../shared/domain/configuration.ts'
import { localDay, time, weekday } from '../../shared/i18n/format.ts'
import { language, t } from '../../shared/i18n/language.svelte.ts'
import { closedText } from '../../shared/i18n/refusal.ts'
import type { Kiosk } from './kiosk.svelte.ts'
import { isOpen } from './offer.ts'

export const waitingText = (n: number): string => (n === 0 ? t('waiting.none') : t('waiting.n', { n }))

/** Why a service gives no numbers, and until when. */
export function whyText(kiosk: Kiosk, service: DescribedService): string {
  const isFull = service.closedReason === 'quota-used'
  const text = isFull && service.quotaPerDay ? t('kiosk.quota.numbers', { n: service.quotaPerDay }) : (service.closedText ?? null)
  return closed(kiosk, service.closedReason ?? 'closed', service.opensAtMs ?? null, text)
}

/** What a tile of an agency says under its name; of what holds for the whole hall, which stands above the tiles, no more than a word. */
export function agencyText(kiosk: Kiosk, agency: DescribedAgency): string {
  if (isOpen(agency)) return waitingText(agency.services.reduce((sum, service) => sum + kiosk.waitingOf(service), 0))
  if (kiosk.hall.kind === 'paused') return t('closed.paused')
  const isFull = agency.services.every((service) => service.closedReason === 'quota-used')
  // Why it is full says more than when it is not: nobody need wait here for that.
  if (isFull) return t('kiosk.agency.full')
  if (kiosk.hall.kind !== 'open') return t('kiosk.agency.closed')
  const opens = agency.services.map((service) => service.opensAtMs).filter((atMs): atMs is number => atMs != null)
  if (opens.length > 0) return opensText(kiosk, Math.min(...opens))
  const [first, ...others] = agency.services
  const isSame = others.every((each) => each.closedReason === first?.closedReason)
  return first && isSame ? whyText(kiosk, first) : t('kiosk.agency.closed')
}

/** `Buka lagi Senin pukul 07.30`. */
export function opensText({ branch: { timeZone }, nowMs }: Kiosk, opensAtMs: number): string {
  const at = time(language.now, timeZone, opensAtMs)
  return localDay(timeZone, opensAtMs) === localDay(timeZone, nowMs)
    ? t('closed.until', { time: at })
    : t('closed.untilDay', { day: weekday(language.now, timeZone, opensAtMs), time: at })
}

const closed = (kiosk: Kiosk, reason: string, opensAtMs: number | null, text: DescribedService['closedText'] = null): string =>
  closedText(language.now, { reason, opensAtMs, text }, kiosk.branch.timeZone, kiosk.nowMs)

/** `Gratis, sekitar 10 menit, 3 menunggu`. */
export const factsText = (kiosk: Kiosk, service: DescribedService): string =>
  [
    service.fee ? textIn(service.fee, language.now) : null,
    t('kiosk.about', { n: service.averageMinutes }),
    waitingText(kiosk.waitingOf(service)).toLowerCase(),
  ]
    .filter((each) => each !== null)
    .join(', ')

export const serviceName = (kiosk: Kiosk, code: string): string => {
  const found = kiosk.offer.services.get(code)
  return found ? textIn(found.service.name, language.now) : code
}

export const agencyName = (kiosk: Kiosk, code: string): string => kiosk.offer.services.get(code)?.agency.short ?? code

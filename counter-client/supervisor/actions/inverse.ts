import type { Command } from '../../../shared/client/commands.ts'
import type { SupervisorCommand } from '../../../shared/domain/commands.ts'
import type { LiveView } from '../../../shared/protocol/wire.ts'

/**
 * The command that takes this one back, for the hall as it was before; null where nothing brings it back as it was: who was refused went
 * home, a counter that was freed has lost its officer.
 */
export function inverseOf(command: Command, before: LiveView): Command | null {
  return known(command as unknown as SupervisorCommand, before)
}

function known(command: SupervisorCommand, before: LiveView): SupervisorCommand | null {
  switch (command.type) {
    case 'pauseBranch':
      return before.pause === null ? { type: 'resumeBranch' } : null
    case 'resumeBranch':
      return before.pause && { type: 'pauseBranch', reason: before.pause.reason }
    case 'openDay':
    case 'resetDay':
      return dayAgain(before, command.type)
    case 'closeDay':
      return command.remaining === 'serve' ? dayAgain(before, command.type) : null
    case 'pauseService':
      return overrideOf(before, command.service)?.override === 'paused' ? null : { type: 'resetService', service: command.service }
    case 'openService':
    case 'resetService':
      return serviceAgain(before, command.service, command.type)
    case 'closeService':
      return command.remaining === 'serve' ? serviceAgain(before, command.service, command.type) : null
    case 'pauseAgency':
      return paused(before, command.agency).length === 0 ? { type: 'resumeAgency', agency: command.agency } : null
    case 'resumeAgency':
      return agencyAgain(before, command.agency)
    case 'announce':
    case 'announcePrepared':
      // A text that it replaced stays down: what hangs there wrongly must go first.
      return { type: 'clearNotice' }
    case 'clearNotice': {
      const { notice } = before
      return notice && { type: 'announce', text: notice.text, ...(notice.zones === null ? {} : { zones: notice.zones }) }
    }
    case 'keepQuiet':
      return zonesOf(before, command.zones).some(({ quiet }) => quiet !== null)
        ? null
        : { type: 'speakAgain', ...(command.zones && { zones: command.zones }) }
    case 'speakAgain': {
      const quiet = zonesOf(before, command.zones).filter((zone) => zone.quiet !== null)
      const reason = quiet[0]?.quiet ?? null
      const isOne = quiet.every((zone) => zone.quiet === reason)
      return reason !== null && isOne ? { type: 'keepQuiet', zones: quiet.map(({ id }) => id), reason } : null
    }
    default:
      return null
  }
}

const overrideOf = (view: LiveView, service: string) => view.queues.find((queue) => queue.service === service)?.override ?? null
const servicesOf = (view: LiveView, agency: string) => view.queues.filter(({ service }) => service.startsWith(`${agency}.`))
const paused = (view: LiveView, agency: string) => servicesOf(view, agency).filter(({ override }) => override?.override === 'paused')
const zonesOf = (view: LiveView, zones: readonly string[] | undefined) =>
  view.zones.filter(({ id }) => zones === undefined || zones.includes(id))

function dayAgain({ dayOverride }: LiveView, after: 'openDay' | 'closeDay' | 'resetDay'): SupervisorCommand | null {
  const again = dayOverride === null ? 'resetDay' : dayOverride === 'open' ? 'openDay' : 'closeDay'
  if (again === after) return null
  return again === 'closeDay' ? { type: again, remaining: 'serve' } : { type: again }
}

function serviceAgain(before: LiveView, service: string, after: 'openService' | 'closeService' | 'resetService'): SupervisorCommand | null {
  const was = overrideOf(before, service)
  if (was === null) return after === 'resetService' ? null : { type: 'resetService', service }
  // A pause remembers what was decided before it; a service opened or closed over its pause does not.
  if (was.override === 'paused') return after === 'resetService' ? { type: 'pauseService', service, reason: was.reason ?? '' } : null
  if (was.override === 'open') return after === 'openService' ? null : { type: 'openService', service }
  if (after === 'closeService') return null
  return { type: 'closeService', service, remaining: 'serve', ...(was.reason === null ? {} : { reason: was.reason }) }
}

/** Only where all were paused, for one reason: else others would be paused with them. */
function agencyAgain(before: LiveView, agency: string): SupervisorCommand | null {
  const all = servicesOf(before, agency)
  const reason = all[0]?.override?.reason ?? null
  const isWhole = all.every(({ override }) => override?.override === 'paused' && override.reason === reason)
  return reason !== null && isWhole ? { type: 'pauseAgency', agency, reason } : null
}

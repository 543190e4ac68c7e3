import { indexOf } from './configuration.ts'
import { quotaUsed } from './decide.ts'
import { isWrittenNumber, seriesAndCount } from './evolve.ts'
import { arrivalKey, type BranchState, counterState, currentService, queueKey, queueOf } from './state.ts'

/**
 * What must hold of a branch at every revision: one line, beginning with the rule's id, for each thing that does not; empty where all is well.
 * Looks at every ticket: for tests, the simulator and the self-check, not for the way of a command.
 */
export function invariants(state: BranchState): string[] {
  const broken: string[] = []
  const { services, counters } = indexOf(state.configuration)

  // TICKET1: the numbers of a series are 1..n, each once.
  const seen = new Map<string, Set<number>>()
  const written = new Set<string>()
  const waiting = new Map<string, number>()
  let held = 0
  for (const ticket of state.tickets.values()) {
    if (isWrittenNumber(ticket.number)) {
      if (written.has(ticket.number)) broken.push(`TICKET1 ${ticket.number} was entered twice`)
      written.add(ticket.number)
    } else if (ticket.day === state.day) {
      const [prefix, count] = seriesAndCount(ticket.number)
      const numbers = seen.get(prefix) ?? new Set()
      if (numbers.has(count)) broken.push(`TICKET1 ${ticket.number} was issued twice`)
      seen.set(prefix, numbers.add(count))
    }
    const isAtCounter = ticket.state === 'called' || ticket.state === 'serving'
    if (isAtCounter && (ticket.counter === null || counterState(state, ticket.counter).ticket !== ticket.id))
      broken.push(`CALL1 ${ticket.number} is ${ticket.state} at counter ${ticket.counter}, which does not have it`)
    const name = queueOf(ticket)
    const queued = state.queues[name]?.get(queueKey(ticket)) === ticket.id
    if (ticket.state === 'waiting') {
      waiting.set(name, (waiting.get(name) ?? 0) + 1)
      if (!queued) broken.push(`CALL6 ${ticket.number} waits but stands in no queue`)
      if (state.arrivals[name]?.get(arrivalKey(ticket)) !== ticket.id) broken.push(`CALL6 ${ticket.number} is missing among the arrivals`)
    } else if (queued) broken.push(`CALL6 ${ticket.number} is ${ticket.state} but still stands in a queue`)
    if (ticket.waitsForNextDay && ticket.state !== 'waiting')
      broken.push(`DAY2 ${ticket.number} waits for the next day but is ${ticket.state}`)
    const isHeld = ticket.counter !== null && state.held[ticket.counter]?.get(ticket.entry) === ticket.id
    if (isHeld !== (ticket.state === 'onHold')) broken.push(`CALL6 ${ticket.number} is ${ticket.state} but ${isHeld ? 'held' : 'not held'}`)
    else if (isHeld) held += 1
    if (ticket.stop >= ticket.services.length) broken.push(`CALL6 ${ticket.number} is past its last stop`)
    else if (!services.has(currentService(ticket)) && ticket.state === 'waiting')
      broken.push(`DAY2 ${ticket.number} waits for a service that is gone`)
    if (ticket.dueAtMs < 0 || ticket.readyAtMs < ticket.issuedAtMs) broken.push(`ORDER1 ${ticket.number} has impossible times`)
    if (ticket.calls > 0 && ticket.why === null) broken.push(`ORDER4 ${ticket.number} was called without a stored reason`)
  }
  for (const [prefix, last] of Object.entries(state.series)) {
    const numbers = seen.get(prefix)?.size ?? 0
    if (numbers !== last) broken.push(`TICKET1 series ${prefix} is at ${last} but has ${numbers} tickets`)
  }
  for (const [name, queue] of Object.entries(state.queues)) {
    if (queue.size !== (waiting.get(name) ?? 0))
      broken.push(`CALL6 queue ${name} has ${queue.size} entries for ${waiting.get(name) ?? 0} tickets`)
    if (queue.size !== (state.arrivals[name]?.size ?? 0)) broken.push(`CALL6 arrivals of ${name} differ from its queue`)
  }
  const heldEntries = Object.values(state.held).reduce((sum, each) => sum + each.size, 0)
  if (heldEntries !== held) broken.push(`CALL6 the holds have ${heldEntries} entries for ${held} tickets`)
  for (const [service, issued] of Object.entries(state.issued)) {
    const quota = services.get(service)?.service.quotaPerDay
    // A quota that was lowered during the day may be exceeded by what was issued before, any by numbers written on paper; no other way.
    const isExact = state.configuredRevision === 1 && state.written.length === 0
    if (quota != null && issued > quota && isExact) broken.push(`TICKET3 ${service} issued ${issued} of ${quota}`)
    if (!quotaUsed(state, service) && quota != null && issued >= quota) broken.push(`TICKET3 ${service} is full but would issue`)
  }

  // CALL1: a counter has one ticket at most, a ticket is at one counter at most.
  const at = new Map<string, string>()
  for (const [id, counter] of Object.entries(state.counters)) {
    if (counter.state === 'closed' && (counter.ticket !== null || counter.officer !== null))
      broken.push(`AUTH2 counter ${id} is closed but not empty`)
    if (counter.state !== 'closed' && counter.officer === null) broken.push(`AUTH2 counter ${id} is open without an officer`)
    if (counter.state !== 'closed' && !counters.has(id)) broken.push(`AUTH2 counter ${id} is open but not in the configuration`)
    if (counter.ticket === null) continue
    const ticket = state.tickets.get(counter.ticket)
    if (at.has(counter.ticket)) broken.push(`CALL1 ${ticket?.number} is at counters ${at.get(counter.ticket)} and ${id}`)
    at.set(counter.ticket, id)
    if (!ticket || ticket.counter !== id || (ticket.state !== 'called' && ticket.state !== 'serving'))
      broken.push(`CALL1 counter ${id} has ${ticket?.number}, which is ${ticket?.state} at ${ticket?.counter}`)
  }

  // ANN1: whoever sounds is the one speaker of his zone, and sounds in no other.
  const sounding = new Map<string, string>()
  for (const [zone, { speaker, speaking, messages, quiet }] of Object.entries(state.zones)) {
    if (quiet !== null && messages.some(({ kind }) => kind === 'notice')) broken.push(`ANN2 a notice waits in zone ${zone}, which is quiet`)
    if (messages.some(({ id }) => id === speaking?.id)) broken.push(`ANN3 ${speaking?.id} sounds in ${zone} and waits for it again`)
    if (speaking === null) continue
    if (speaker === null) broken.push(`ANN1 ${speaking.id} sounds in zone ${zone}, which has no speaker`)
    else if (sounding.has(speaker.connection))
      broken.push(`ANN1 ${speaker.connection} sounds in ${sounding.get(speaker.connection)} and ${zone}`)
    else sounding.set(speaker.connection, zone)
    const announcement = speaking.counter === null ? null : counterState(state, speaking.counter).announcement
    if (announcement?.id === speaking.id && announcement.state !== 'speaking')
      broken.push(`ANN3 ${speaking.id} sounds in ${zone} and is ${announcement.state} at its counter`)
  }
  const heard = new Set(Object.values(state.zones).map(({ speaking }) => speaking?.id))
  for (const [id, { announcement, ticket }] of Object.entries(state.counters)) {
    if (announcement === null) continue
    if (announcement.ticketId !== ticket) broken.push(`ANN2 counter ${id} announces a ticket that is not there: ${announcement.id}`)
    if (announcement.state === 'speaking' && !heard.has(announcement.id))
      broken.push(`ANN3 ${announcement.id} is speaking and sounds nowhere`)
    if ((announcement.state === 'notHeard') !== (announcement.why !== null))
      broken.push(`ANN4 ${announcement.id} is ${announcement.state} because ${announcement.why}`)
  }
  return broken
}

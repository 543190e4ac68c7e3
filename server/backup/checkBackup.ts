import { evolve } from '../../shared/domain/evolve.ts'
import { invariants } from '../../shared/domain/invariants.ts'
import { type BranchState, emptyBranch, FORMAT } from '../../shared/domain/state.ts'
import { counterDocument, documentOf, SINGLE_DOCUMENTS, stateFrom, ticketDocument } from '../store/liveKeys.ts'
import type { KeptAnswer } from '../store/store.ts'
import { BACKUP_FORMAT, BackupFault, type BranchHead, checkBytes, type Manifest, readBackup } from './backupFile.ts'
import { isHousePath } from './houseFiles.ts'

/** A branch of a backup that was found good. */
export interface CheckedBranch {
  readonly head: BranchHead
  /** What its events begin on: nothing, or what was there when the oldest day began that the log still has. */
  readonly opening: BranchState | null
  /** What its events fold to, which is what it was when it was saved. */
  readonly state: BranchState
  /** Answers by business day, for commands that are asked again. */
  readonly answers: ReadonlyMap<string, readonly KeptAnswer[]>
  /** The revision before the event with which the present business day began. */
  readonly lastOfDayBefore: number
}

export interface CheckedBackup {
  readonly path: string
  readonly manifest: Manifest
  readonly branches: readonly CheckedBranch[]
  /** How many, by kind. */
  readonly records: Readonly<Record<string, number>>
  readonly files: number
}

/**
 * Reads a backup from the first to the last byte: its checksum, its versions, whether the events of each branch give its state and that state
 * keeps every rule. Throws `BackupFault`; changes nothing anywhere.
 */
export async function checkBackup(path: string): Promise<CheckedBackup> {
  await checkBytes(path)
  const fault = (what: string): BackupFault => new BackupFault(`${path} can't be used: ${what}`)
  let manifest: Manifest | null = null
  let isWhole = false
  const branches: CheckedBranch[] = []
  const records: Record<string, number> = {}
  let files = 0
  let bytesToCome = 0
  let head: BranchHead | null = null
  let openingAt: { revision: number; atMs: number } | null = null
  const openingDocuments: (readonly [string, string])[] = []
  let opening: BranchState | null = null
  let state: BranchState | null = null
  let lastOfDayBefore = 0
  const documents = new Map<string, string>()
  let answers = new Map<string, KeptAnswer[]>()
  for await (const line of readBackup(path)) {
    if (isWhole) throw fault('it goes on behind its end')
    if (bytesToCome > 0 && line.type !== 'bytes') throw fault('a file in it is cut short')
    switch (line.type) {
      case 'manifest':
        manifest = line
        if (line.format > BACKUP_FORMAT) throw fault(`it is of format ${line.format}, this version knows ${BACKUP_FORMAT}`)
        break
      case 'branch':
        if (line.format > FORMAT)
          throw fault(
            `version ${manifest?.product} made it, with data of format ${line.format}; this version knows ${FORMAT}: install that one`,
          )
        head = line
        openingAt = null
        openingDocuments.length = 0
        opening = null
        state = null
        lastOfDayBefore = 0
        documents.clear()
        answers = new Map()
        break
      case 'opening':
        openingAt = line
        openingDocuments.push(...line.documents)
        break
      case 'events':
        if (state === null && openingAt !== null) {
          opening = stateFrom(openingDocuments, openingAt)
          state = opening
          lastOfDayBefore = opening.revision
        }
        for (const event of line.events) {
          if (state === null) {
            if (event.type !== 'branchConfigured') throw fault(`the log of ${head?.id} does not begin with its configuration`)
            state = emptyBranch(event.configuration)
          }
          const before: BranchState = state
          state = evolve(before, event)
          if (state.day !== before.day) lastOfDayBefore = before.revision
        }
        break
      case 'documents':
        for (const [name, json] of line.documents) documents.set(name, json)
        break
      case 'answers':
        answers.set(line.day, [...(answers.get(line.day) ?? []), ...line.answers])
        break
      case 'branchEnd': {
        if (head === null || state === null) throw fault(`there is nothing of ${line.id} in it`)
        const differs = difference(stateFrom(documents, head), state)
        if (differs) throw fault(`the events of ${head.id} don't give its state at revision ${head.revision}: ${differs}`)
        const broken = invariants(state)
        if (broken.length > 0) throw fault(`${head.id} breaks its own rules: ${broken.slice(0, 5).join('; ')}`)
        branches.push({ head, opening, state, answers, lastOfDayBefore })
        head = null
        break
      }
      case 'records':
        records[line.kind] = (records[line.kind] ?? 0) + line.records.length
        break
      case 'file':
        if (!isHousePath(line.path)) throw fault(`it names a file where none belongs: ${line.path}`)
        files += 1
        bytesToCome = line.size
        break
      case 'bytes':
        bytesToCome -= Buffer.byteLength(line.base64, 'base64')
        if (bytesToCome < 0) throw fault('a file in it is longer than it says')
        break
      case 'end': {
        const count = Object.values(records).reduce((sum, each) => sum + each, 0)
        if (line.branches !== branches.length || line.records !== count || line.files !== files) throw fault('parts of it are missing')
        isWhole = true
        break
      }
      default:
        throw fault(`it holds something that this version does not know: ${(line as { type: string }).type}`)
    }
  }
  if (manifest === null || !isWhole) throw fault('parts of it are missing')
  return { path, manifest, branches, records, files }
}

/**
 * Where two states of a branch differ; null: nowhere. A field that one of the two does not have says nothing: an older version did not write
 * it yet, or this one does not know it.
 */
export function difference(was: BranchState, is: BranchState): string | null {
  if (was.revision !== is.revision) return `revision ${is.revision} instead of ${was.revision}`
  if (was.tickets.size !== is.tickets.size) return `${is.tickets.size} tickets instead of ${was.tickets.size}`
  const names = [...SINGLE_DOCUMENTS, ...Object.keys(is.counters).map(counterDocument), ...[...is.tickets.keys()].map(ticketDocument)]
  for (const name of names) {
    const before = documentOf(was, name)
    const after = documentOf(is, name)
    if (before === after) continue
    const differs = before === null || after === null ? '' : whereDifferent(JSON.parse(before), JSON.parse(after))
    if (differs !== null) return `${name}${differs}`
  }
  return null
}

function whereDifferent(was: unknown, is: unknown): string | null {
  if (was === is) return null
  if (typeof was !== 'object' || typeof is !== 'object' || was === null || is === null) return ''
  if (Array.isArray(was) && Array.isArray(is) && was.length !== is.length) return ''
  for (const [field, value] of Object.entries(was)) {
    if (!(field in is)) continue
    const differs = whereDifferent(value, (is as Record<string, unknown>)[field])
    if (differs !== null) return `.${field}${differs}`
  }
  return null
}

import { randomUUID } from 'node:crypto'
import { http, type Tokens } from './door.ts'

export interface Accounts {
  readonly tokens: Tokens & { readonly display: string }
  /** User name of whoever was wanted under this name. */
  readonly username: (name: string) => string
  /** Sessions last a shift: the same people once more. */
  signInAgain(): Promise<Accounts>
}

/** Officers, a supervisor, three kiosks and a display, made with an administrator's token. */
export async function accountsFor(url: string, adminToken: string, branch: string, officers: readonly string[]): Promise<Accounts> {
  const password = `simulasi-${randomUUID()}`
  // Names of a run that was here before are taken: a mark of this run keeps them apart.
  const mark = randomUUID().slice(0, 4)
  const username = (name: string): string => `${name}-${mark}`
  const must = async (path: string, token: string | null, body: object): Promise<Record<string, unknown>> => {
    const answer = await http(url, 'POST', path, token, body)
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.code} ${JSON.stringify(answer.details)}`)
    return answer.body
  }
  const device = async (kind: 'kiosk' | 'display', name: string): Promise<string> =>
    String((await must(`/branches/${branch}/devices`, adminToken, { kind, name })).token)
  const signIn = async (name: string): Promise<string> =>
    String((await must('/sessions', null, { username: username(name), password })).token)

  for (const name of officers) await must('/users', adminToken, { username: username(name), password, name, role: 'officer', branch })
  await must('/users', adminToken, { username: username('penyelia'), password, name: 'Penyelia', role: 'supervisor', branch })
  const kiosks = [await device('kiosk', 'Anjungan 1'), await device('kiosk', 'Anjungan 2'), await device('kiosk', 'Anjungan 3')]
  const display = await device('display', 'Layar')

  const signInAll = async (): Promise<Accounts> => {
    const tokens = new Map<string, string>()
    for (const name of officers) tokens.set(name, await signIn(name))
    return { tokens: { supervisor: await signIn('penyelia'), officers: tokens, kiosks, display }, username, signInAgain: signInAll }
  }
  return signInAll()
}

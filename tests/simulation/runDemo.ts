import { startDemo } from './demo.ts'
import { http } from './door.ts'
import { kupangTraffic } from './traffic.ts'

/** The visitors and officers of `npm run demo`, as a process beside its server: URL as argument, ADMIN_PASSWORD in the environment. */
const url = process.argv[2] ?? 'http://127.0.0.1:3000'
const signIn = () => http(url, 'POST', '/sessions', null, { username: 'admin', password: process.env['ADMIN_PASSWORD'] })
let session = await signIn().catch(() => null)
for (let tries = 0; !session && tries < 100; tries++) {
  await new Promise((resolve) => setTimeout(resolve, 100))
  session = await signIn().catch(() => null)
}
if (!session?.ok) throw new Error(`the demo can't sign in at ${url}: ${session ? session.code : 'no answer'}`)
const branches = await http(url, 'GET', '/branches', null)
if (!branches.ok) throw new Error(`the demo can't read the branches: ${branches.code}`)
const [branch] = branches.body as unknown as { id: string }[]
if (!branch) throw new Error('the server has no branch')
await startDemo({
  url,
  adminToken: String(session.body['token']),
  branch: branch.id,
  traffic: kupangTraffic,
  log: (line) => console.log(line),
})

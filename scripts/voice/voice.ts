import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkPack } from './check.ts'
import { makeRecorded, makeShipped, VoiceFault } from './make.ts'

const HELP = `npm run voice -- COMMAND

  make            makes the two shipped voices anew, with espeak-ng
  make FOLDER     makes a voice of the recordings in FOLDER: one WAV file per word, and pack.json
  check           checks the shipped voices
  check FOLDER    checks a voice: missing words, loudness, silence, clipping

Make ends with a check. A mistake means that the voice can't be used (exit code 1); a warning means that somebody should listen to it. A wrong
command has exit code 2.

A hall's own voice lies in DATA_DIR/voices/NAME, and the branch's configuration names it (voice.packs). docs/voice.md has the list of words.
`

const VOICES = fileURLToPath(new URL('../../voices', import.meta.url))
const SHIPPED = ['id-default', 'en-default'].map((name) => join(VOICES, name))

function run(args: readonly string[]): number {
  const [command, folder, ...more] = args
  if (command === undefined || args.includes('--help')) {
    console.log(HELP)
    return 0
  }
  if (more.length > 0 || (command !== 'make' && command !== 'check')) {
    console.error(HELP)
    return 2
  }
  if (command === 'make') {
    if (folder === undefined) makeShipped(VOICES, console.log)
    else makeRecorded(folder, console.log)
  }
  let errors = 0
  for (const each of folder === undefined ? SHIPPED : [folder]) {
    const findings = checkPack(each)
    for (const { level, text } of findings) console.log(`${level}: ${text}`)
    const wrong = findings.filter(({ level }) => level === 'error').length
    console.log(
      `${each}: ${wrong === 0 ? 'can be used' : `${wrong} mistakes`}${findings.length > wrong ? `, ${findings.length - wrong} to listen to` : ''}`,
    )
    errors += wrong
  }
  return errors > 0 ? 1 : 0
}

try {
  process.exitCode = run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof VoiceFault)) throw error
  console.error(error.message)
  process.exitCode = 1
}

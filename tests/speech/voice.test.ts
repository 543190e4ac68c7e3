import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { checkPack } from '../../scripts/voice/check.ts'
import { fileNames, wantedClips } from '../../scripts/voice/clips.ts'
import { makeRecorded, makeShipped } from '../../scripts/voice/make.ts'
import { writePack } from '../../scripts/voice/pack.ts'
import { chime, decibels, highPass, loudness, normalised, peakOf, resample, silence, trimmed } from '../../scripts/voice/sound.ts'
import { NotAWav, readWav, writeWav } from '../../scripts/voice/wav.ts'
import { checkManifest, type VoiceManifest } from '../../shared/speech/resolve.ts'

const RATE = 24_000
const sine = (hertz: number, decibelsPeak: number, seconds: number, rate = RATE): Float32Array =>
  Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, at) => 10 ** (decibelsPeak / 20) * Math.sin((2 * Math.PI * hertz * at) / rate),
  )
const joined = (...parts: Float32Array[]): Float32Array => Float32Array.from(parts.flatMap((part) => [...part]))

const folders: string[] = []
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'panggil-voice-'))
  folders.push(made)
  return made
}
afterAll(() => {
  for (const each of folders) rmSync(each, { recursive: true, force: true })
})

describe('loudness after ITU-R BS.1770-4', () => {
  // The recommendation: a tone of 997 Hz at 0 dBFS in one channel is -3.01 LKFS.
  it.each([
    [0, -3.01, 48_000],
    [-20, -23.01, 48_000],
    [-20, -23.01, 24_000],
  ])('a tone of 997 Hz at %d dBFS is %d LUFS (%d Hz)', (level, lufs, rate) => {
    expect(loudness(sine(997, level, 5, rate), rate)).toBeCloseTo(lufs, 1)
  })

  it('pauses do not count, and low tones count less', () => {
    const tone = sine(997, -20, 4)
    expect(loudness(joined(tone, new Float32Array(8 * RATE)), RATE)).toBeCloseTo(loudness(tone, RATE), 0)
    expect(loudness(sine(40, -20, 4), RATE)).toBeLessThan(loudness(tone, RATE) - 3)
    expect(loudness(new Float32Array(RATE), RATE)).toBe(Number.NEGATIVE_INFINITY)
  })
})

describe('preparing a recording', () => {
  it('makes it as loud as the others and keeps under the ceiling', () => {
    for (const level of [-40, -12, -1]) {
      const clip = normalised(sine(440, level, 0.5), RATE, -16)
      expect(loudness(clip, RATE)).toBeCloseTo(-16, 0)
    }
    const spiky = Float32Array.from(sine(300, -30, 1), (sample, at) => (at % 2400 < 5 ? 0.9 : sample))
    const held = normalised(spiky, RATE, -16)
    expect(decibels(peakOf(held))).toBeLessThanOrEqual(-1.49)
    expect(loudness(held, RATE)).toBeCloseTo(-16, 0)
  })

  it('takes the silence from its ends, and leaves none that clicks', () => {
    const clip = trimmed(joined(new Float32Array(12_000), sine(300, -6, 0.5), new Float32Array(9600)), RATE)
    expect(clip.length / RATE).toBeGreaterThan(0.5)
    expect(clip.length / RATE).toBeLessThan(0.54)
    expect(Math.abs(clip[0] as number) + Math.abs(clip[clip.length - 1] as number)).toBe(0)
    expect(silence(joined(new Float32Array(2400), sine(300, -6, 0.5)), RATE).lead).toBeCloseTo(0.1, 2)
  })

  it('resamples without changing the tone, and takes out rumble', () => {
    const there = resample(sine(1000, -6, 1, 22_050), 22_050, RATE)
    const wanted = sine(1000, -6, 1)
    let worst = 0
    for (let at = 1000; at < 23_000; at += 1) worst = Math.max(worst, Math.abs((there[at] as number) - (wanted[at] as number)))
    expect(decibels(worst)).toBeLessThan(-70)
    // What the new rate can't hold must not come back as another tone.
    expect(decibels(peakOf(resample(sine(20_000, -6, 0.5, 48_000), 48_000, RATE).slice(1000, -1000)))).toBeLessThan(-45)
    expect(decibels(peakOf(highPass(sine(20, -6, 2), RATE, 80).slice(RATE)))).toBeLessThan(-28)
  })

  it.each([
    [1, 8, (view: DataView, at: number, value: number) => view.setUint8(at, Math.round(value * 127) + 128), 0.01],
    [1, 16, (view: DataView, at: number, value: number) => view.setInt16(at, Math.round(value * 32_767), true), 1e-4],
    [
      1,
      24,
      (view: DataView, at: number, value: number) => {
        const whole = Math.round(value * 8_388_607)
        view.setUint16(at, whole & 0xffff, true)
        view.setInt8(at + 2, whole >> 16)
      },
      1e-6,
    ],
    [1, 32, (view: DataView, at: number, value: number) => view.setInt32(at, Math.round(value * 2_147_483_647), true), 1e-6],
    [3, 32, (view: DataView, at: number, value: number) => view.setFloat32(at, value, true), 1e-7],
    [3, 64, (view: DataView, at: number, value: number) => view.setFloat64(at, value, true), 1e-7],
  ] as const)('reads WAV of format %i with %i bits, two channels mixed to one', (format, bits, put, error) => {
    const values = [0, 0.5, -0.5, 0.25, -1]
    const bytes = bits / 8
    const head = writeWav({ sampleRate: 44_100, samples: new Float32Array(0) })
    const file = new Uint8Array(44 + values.length * 2 * bytes)
    file.set(head)
    const view = new DataView(file.buffer)
    view.setUint16(20, format, true)
    view.setUint16(22, 2, true)
    view.setUint16(34, bits, true)
    view.setUint32(40, values.length * 2 * bytes, true)
    values.forEach((value, at) => {
      put(view, 44 + at * 2 * bytes, value)
      put(view, 44 + at * 2 * bytes + bytes, 0)
    })
    const { sampleRate, samples } = readWav(file)
    expect(sampleRate).toBe(44_100)
    expect(samples).toHaveLength(values.length)
    values.forEach((value, at) => {
      expect(Math.abs((samples[at] as number) - value / 2)).toBeLessThanOrEqual(error)
    })
  })

  it('what is no WAV is said, not played', () => {
    expect(() => readWav(new TextEncoder().encode('<html>'.repeat(20)))).toThrow(NotAWav)
    const odd = writeWav({ sampleRate: RATE, samples: new Float32Array(8) })
    new DataView(odd.buffer).setUint16(20, 85, true)
    expect(() => readWav(odd)).toThrow(/kind/)
    const noNumbers = writeWav({ sampleRate: RATE, samples: new Float32Array(8).fill(1) })
    new DataView(noNumbers.buffer).setUint16(20, 3, true)
    new DataView(noNumbers.buffer).setUint16(34, 32, true)
    new DataView(noNumbers.buffer).setFloat32(44, Number.NaN, true)
    expect(() => readWav(noNumbers)).toThrow(/no numbers/)
    const cut = new Uint8Array(56)
    cut.set(writeWav({ sampleRate: RATE, samples: new Float32Array(0) }).subarray(0, 12))
    cut.set(new TextEncoder().encode('JUNK'), 12)
    cut[16] = 24
    cut.set(new TextEncoder().encode('fmt '), 44)
    cut[48] = 16
    expect(() => readWav(cut)).toThrow(/cut off/)
    // Cut off anywhere, with any byte wrong: a sound or a reason, never a fault.
    const whole = writeWav({ sampleRate: RATE, samples: sine(300, -6, 0.001) })
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(43), fc.nat(255), (length, at, byte) => {
        const broken = whole.slice(0, length)
        if (at < length) broken[at] = byte
        try {
          expect(readWav(broken).samples.length).toBeLessThanOrEqual(whole.length)
        } catch (error) {
          if (!(error instanceof NotAWav)) throw error
        }
      }),
      { numRuns: 3000 },
    )
  })
})

describe('a recorded voice', () => {
  const record = (into: string, name: string, samples: Float32Array, sampleRate = 44_100) =>
    writeFileSync(join(into, `${name}.wav`), writeWav({ sampleRate, samples }))
  const label = { language: 'id', name: 'Suara petugas', license: 'CC0-1.0', credits: 'direkam di balai' }

  it('is made of files with plain or old names, checked, and says what it lacks', () => {
    const dir = folder()
    writeFileSync(join(dir, 'pack.json'), JSON.stringify(label))
    const skipped = new Set(['L:Z', 'W:puluh'])
    for (const clip of wantedClips('id')) {
      if (!clip.isNeeded || skipped.has(clip.key)) continue
      const names = fileNames(clip)
      record(dir, names[names.length - 1] as string, joined(new Float32Array(8000), sine(300, -20, 0.4, 44_100), new Float32Array(8000)))
    }
    for (const name of ['12', '12-akhir', 'n-114']) record(dir, name, sine(300, -20, 0.4, 44_100))
    record(dir, 'prefix-4k', sine(300, -3, 0.4, 44_100))
    record(dir, 'lagu', sine(300, -3, 0.4, 44_100))
    const told: string[] = []
    makeRecorded(dir, (line) => told.push(line))
    expect(told.join('\n')).toContain('lagu.wav')
    const findings = checkPack(dir)
    expect(findings.filter(({ level }) => level === 'error').map(({ text }) => text)).toEqual([
      expect.stringMatching(/^missing words: .*puluh.*Z$/),
      expect.stringMatching(/numbers under 10000 can't be said, among them 20, 21/),
    ])
    expect(findings.map(({ text }) => text).join()).toMatch(/left to the shipped voice: .*uji suara.*falling tone/)
    const checked = checkManifest(JSON.parse(readFileSync(join(dir, 'manifest.json'), 'utf8')))
    if ('wrong' in checked) throw new Error(checked.wrong)
    expect(checked.manifest).toMatchObject({
      language: 'id',
      name: label.name,
      clips: {
        'A:4K': {},
        'X:chime': {},
        'N:12': { text: 'dua belas' },
        'N:12~': { text: 'dua belas' },
        'N:114': { text: 'seratus empat belas' },
      },
    })
    expect(checked.manifest.clips['N:1']?.durationMs).toBeLessThan(450)
    // Made anew, nothing of the old one stays.
    makeRecorded(dir, () => {})
    expect(readdirSync(dir).filter((name) => name.startsWith('voice-'))).toEqual([checked.manifest.file])
  })

  it.each([
    [{ ...label, language: 'de' }, 'language'],
    [{ ...label, credits: '' }, 'credits'],
  ])('whose label is not whole is refused with the way out', (wrong, field) => {
    const dir = folder()
    expect(() => makeRecorded(dir, () => {})).toThrow('pack.json')
    writeFileSync(join(dir, 'pack.json'), JSON.stringify(wrong))
    expect(() => makeRecorded(dir, () => {})).toThrow(field)
    writeFileSync(join(dir, 'pack.json'), '{')
    expect(() => makeRecorded(dir, () => {})).toThrow('no JSON')
    writeFileSync(join(dir, 'pack.json'), JSON.stringify(label))
    expect(() => makeRecorded(dir, () => {})).toThrow('docs/voice.md')
    writeFileSync(join(dir, 'satu.wav'), 'no sound')
    expect(() => makeRecorded(dir, () => {})).toThrow('satu.wav: it is no WAV file')
  })

  it('the check hears what is wrong with a clip', () => {
    const dir = folder()
    const good = normalised(sine(300, -20, 0.4), RATE, -16)
    const quiet = normalised(sine(300, -20, 0.4), RATE, -26)
    const { file } = writePack(dir, { id: 'x', language: 'id', name: 'x', license: 'x', credits: 'x' }, [
      { key: 'N:1', text: 'satu', samples: good },
      { key: 'N:2', text: 'dua', samples: quiet },
      { key: 'N:3', text: 'tiga', samples: joined(new Float32Array(6000), good, new Float32Array(6000)) },
      { key: 'N:4', text: 'empat', samples: new Float32Array(2400) },
      { key: 'N:5', text: 'lima', samples: sine(300, 0, 0.4) },
    ])
    const texts = checkPack(dir).map(({ text }) => text)
    const about = (word: string) => texts.filter((text) => text.startsWith(`"${word}"`)).join()
    expect(about('satu')).toBe('')
    expect(about('dua')).toContain('softer')
    expect(about('tiga')).toMatch(/begins with 0\.2\d s of silence.*ends with 0\.2\d s/)
    expect(about('empat')).toContain('is empty')
    expect(about('lima')).toMatch(/louder.*clipping/)
    writeFileSync(join(dir, file), writeWav({ sampleRate: RATE, samples: good }))
    expect(
      checkPack(dir)
        .map(({ text }) => text)
        .join(),
    ).toMatch(/not the file.*lies beyond the end/)
    expect(checkPack(folder())).toMatchObject([{ level: 'error', text: expect.stringContaining('missing') }])
  })
})

describe('the shipped voices', () => {
  const shipped = ['id-default', 'en-default'].map((name) => new URL(`../../voices/${name}/`, import.meta.url).pathname)

  it('can be used, and nothing in them needs a second listening', () => {
    for (const each of shipped) expect(checkPack(each), each).toEqual([])
  })

  it('have each word that they should have, and the words that their clips are called by', () => {
    for (const each of shipped) {
      const { language, clips } = JSON.parse(readFileSync(join(each, 'manifest.json'), 'utf8')) as VoiceManifest
      const spoken = Object.entries(clips).filter(([key]) => !key.startsWith('X:'))
      expect(spoken.map(([key, { text }]) => [key, text])).toEqual(wantedClips(language).map(({ key, text }) => [key, text]))
    }
  })

  it('are given to the synthesiser without the words and signs that it reads wrong', () => {
    for (const { key, synthesised } of [...wantedClips('id'), ...wantedClips('en')]) {
      expect(synthesised.replace(/\[\[.*?\]\]/g, '')).not.toMatch(/\b(empat|enam|belas|sebelas|loket|tiket|meja|kode)\b/i)
      // "B." is an initial to it, and keeps a high tone.
      if (key.endsWith('~')) expect(synthesised).not.toMatch(/[.,]$/)
    }
  })

  it('are 12 MB at most, with their notice', () => {
    let bytes = 0
    for (const each of shipped) for (const name of readdirSync(each)) bytes += readFileSync(join(each, name)).length
    expect(bytes).toBeLessThan(12_000_000)
    for (const each of shipped) expect(readFileSync(join(each, 'NOTICE'), 'utf8')).toContain('eSpeak NG')
  })

  it('the chime is 18 LUFS under full scale, and as long as it says', () => {
    expect(chime('full').length / RATE).toBeCloseTo(0.95, 3)
    expect(chime('short').length / RATE).toBeCloseTo(0.35, 3)
    for (const kind of ['full', 'short'] as const) expect(loudness(chime(kind), RATE)).toBeCloseTo(-18, 0)
  })

  const hasEspeak = spawnSync('espeak-ng', ['--version']).status === 0
  if (!hasEspeak) console.warn('SKIPPED: espeak-ng is not here, so the shipped voices are not made anew')
  it.skipIf(!hasEspeak && !process.env['CI'])(
    'are made by the tool, the same bytes each time',
    () => {
      const [first, second] = [folder(), folder()]
      makeShipped(first, () => {})
      makeShipped(second, () => {})
      for (const name of ['id-default', 'en-default']) {
        const manifest = (root: string) => readFileSync(join(root, name, 'manifest.json'), 'utf8')
        expect(manifest(first)).toBe(manifest(second))
      }
    },
    240_000,
  )

  it('the command says how it is used and what went wrong', () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['scripts/run.mjs', 'scripts/voice/voice.ts', ...args], { encoding: 'utf8' })
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('npm run voice') })
    expect(run('make', '/no/such/folder')).toMatchObject({ status: 1, stderr: expect.stringContaining('There is no folder') })
    expect(run('check', '--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('exit code') })
    expect(run('check', folder())).toMatchObject({ status: 1, stdout: expect.stringContaining('make the pack first') })
    expect(run('sing').status).toBe(2)
  })
})

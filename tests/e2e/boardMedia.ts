import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Browser } from 'playwright/test'

/** A poster as a house might hang up. */
export async function makePicture(browser: Browser, path: string, sign?: string): Promise<void> {
  const page = await browser.newPage({ viewport: sign ? { width: 300, height: 300 } : { width: 1600, height: 900 } })
  await page.setContent(
    sign
      ? `<body style="margin:0;display:grid;place-content:center;height:300px;background:#fff;color:#7a1f5c;font:700 110px sans-serif">${sign}`
      : `<body style="margin:0;height:900px;display:grid;grid-template-rows:1fr 200px;background:#efe7d8;color:#131a2c;font-family:sans-serif">
         <div style="padding:90px"><h1 style="margin:0;font-size:110px;line-height:1.1">Kami datang ke<br>Car Free Day</h1>
         <p style="font-size:56px">Sabtu, 06.00–09.00 WITA</p></div>
         <div style="padding:60px 90px;background:#263f8a;color:#fff;font-size:56px">KTP-el, PBB, BPJS, Samsat</div>`,
  )
  mkdirSync(dirname(path), { recursive: true })
  await page.screenshot({ path })
  await page.close()
}

/** Two seconds of film, by the browser's own recorder. */
export async function makeFilm(browser: Browser, path: string): Promise<void> {
  const page = await browser.newPage()
  const bytes = await page.evaluate(async () => {
    const canvas = document.createElement('canvas')
    canvas.width = 640
    canvas.height = 360
    const context = canvas.getContext('2d') as CanvasRenderingContext2D
    const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: 'video/webm;codecs=vp8' })
    const parts: Blob[] = []
    recorder.ondataavailable = (event) => parts.push(event.data)
    recorder.start()
    for (let frame = 0; frame < 30; frame++) {
      context.fillStyle = `hsl(${frame * 12} 60% 40%)`
      context.fillRect(0, 0, 640, 360)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await new Promise((resolve) => {
      recorder.onstop = resolve
      recorder.stop()
    })
    return Array.from(new Uint8Array(await new Blob(parts).arrayBuffer()))
  })
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, Buffer.from(bytes))
  await page.close()
}

import type { Problem } from '../../../shared/client/api.ts'
import { ERRORS, type ErrorCode } from '../../../shared/protocol/errors.ts'
import type { MediaItem } from '../../../shared/protocol/screen.ts'
import type { Administration } from '../administration.svelte.ts'

/** Kinds of files that lobby screens show: as a file dialog wants them. */
export const PICTURES = '.jpg,.jpeg,.png,.webp,.avif,.gif'
export const FILMS = '.mp4,.webm'

/** One file on its way to the server. */
export class Upload {
  readonly name: string
  readonly bytes: number
  sent = $state(0)
  state = $state<'sending' | 'done' | 'failed' | 'cancelled'>('sending')
  problem = $state.raw<Problem | null>(null)
  /** With what the server made of it; null: it was refused, or given up. */
  readonly ended: Promise<MediaItem | null>
  readonly #request = new XMLHttpRequest()

  constructor(administration: Administration, file: File) {
    this.name = file.name
    this.bytes = file.size
    this.ended = new Promise((resolve) => {
      const request = this.#request
      // The one way to hear how much of a file has gone.
      request.upload.onprogress = ({ loaded }) => (this.sent = loaded)
      request.onload = () => {
        if (request.status === 201) {
          this.state = 'done'
          resolve(JSON.parse(request.responseText) as MediaItem)
          return
        }
        this.#fail(problemOf(request))
        if (this.problem?.code === 'not-signed-in') administration.session.ended()
        resolve(null)
      }
      request.onerror = () => {
        this.#fail({ code: 'offline', message: 'No answer from the server', retry: true })
        resolve(null)
      }
      request.onabort = () => {
        this.state = 'cancelled'
        resolve(null)
      }
      request.open('PUT', `/api/v1${administration.path}/media/${encodeURIComponent(file.name)}`)
      request.setRequestHeader('Content-Type', 'application/octet-stream')
      request.send(file)
    })
  }

  cancel(): void {
    this.#request.abort()
  }

  #fail(problem: Problem): void {
    this.state = 'failed'
    this.problem = problem
  }
}

function problemOf(request: XMLHttpRequest): Problem {
  try {
    const { code, details } = JSON.parse(request.responseText) as { code?: string; details?: Problem['details'] }
    if (code !== undefined && code in ERRORS)
      return { code: code as ErrorCode, message: code, retry: false, ...(details ? { details } : {}) }
  } catch {
    // Not ours: something between here and the server answered.
  }
  return { code: 'offline', message: `HTTP ${request.status}`, retry: true }
}

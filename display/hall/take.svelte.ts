const KEPT = 'panggil.take'

type Trouble = 'closed' | 'often' | 'failed'

interface Wish {
  readonly branch: string
  readonly service: string
  readonly language: string
}

/** A number for the visitor's own phone, where the branch allows it. One key until it is answered, however often it is asked for (TICKET2). */
export class Take {
  isBusy = $state(false)
  trouble = $state<Trouble | null>(null)

  async ask(wish: Wish): Promise<void> {
    if (this.isBusy) return
    this.isBusy = true
    this.trouble = null
    try {
      const response = await fetch(`/api/v1/branches/${encodeURIComponent(wish.branch)}/tickets`, {
        method: 'POST',
        credentials: 'omit',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': keyFor(wish) },
        body: JSON.stringify({ services: [wish.service], language: wish.language }),
      })
      // Whatever was answered, the next wish is another one; where nothing was, it is asked for under the same key.
      if (response.status < 500 && response.status !== 429) sessionStorage.removeItem(KEPT)
      if (response.ok) {
        const { ticket } = (await response.json()) as { ticket: { id: string } }
        location.assign(`/ticket/${encodeURIComponent(ticket.id)}`)
        return
      }
      this.trouble = response.status === 409 ? 'closed' : response.status === 429 ? 'often' : 'failed'
    } catch {
      this.trouble = 'failed'
    }
    this.isBusy = false
  }
}

function keyFor(wish: Wish): string {
  const [kept, key] = (sessionStorage.getItem(KEPT) ?? '').split('\n')
  const wanted = JSON.stringify(wish)
  if (kept === wanted && key) return key
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const made = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  sessionStorage.setItem(KEPT, `${wanted}\n${made}`)
  return made
}

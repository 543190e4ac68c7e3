/**
 * Text in lines of at most `columns` characters, broken between words; a word that is longer than a whole line is the only one that is
 * broken inside. `indent` stands before each line but the first.
 */
export function wrap(text: string, columns: number, indent = ''): string[] {
  const lines: string[] = []
  let line = ''
  const room = (): number => columns - (lines.length > 0 ? indent.length : 0)
  const end = (): void => {
    lines.push(lines.length > 0 ? indent + line : line)
    line = ''
  }
  for (const word of text.split(' ').filter((each) => each !== '')) {
    if (line !== '' && line.length + 1 + word.length > room()) end()
    let rest = word
    while (rest.length > room()) {
      line = rest.slice(0, room())
      rest = rest.slice(line.length)
      end()
    }
    line = line === '' ? rest : `${line} ${rest}`
  }
  if (line !== '') end()
  return lines
}

/** As many lines as must be, and all of about one length: for what stands in the middle of the paper. */
export function balanced(text: string, columns: number): string[] {
  const lines = wrap(text, columns)
  for (let width = columns - 1; width > 0; width--) {
    const narrower = wrap(text, width)
    if (narrower.length > lines.length || narrower.join(' ') !== lines.join(' ')) return wrap(text, width + 1)
  }
  return lines
}

/** Parts that belong together: in one line, `separator` between them, where they fit; else each begins a line of its own. */
export function together(parts: readonly string[], separator: string, columns: number): string[] {
  const line = parts.filter((part) => part !== '').join(separator)
  return line.length <= columns ? [line] : parts.flatMap((part) => wrap(part, columns))
}

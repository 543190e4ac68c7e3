export function filesOf(folder: string, page: string): string[]
export function gzipped(folder: string, files: readonly string[]): number
export function tooNewScript(code: string): string[]
export function tooNewStyle(css: string): string[]
export function tooNew(folder: string, pages: readonly string[]): string[]

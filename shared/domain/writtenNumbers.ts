/** How many numbers per agency a day's fallback sheet has: `B-T01` to `B-T99`. */
export const WRITTEN_NUMBERS = 99

export const writtenNumber = (prefix: string, count: number): string => `${prefix}-T${String(count).padStart(2, '0')}`

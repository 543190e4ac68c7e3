/** Zones that halls here lie in, by the names that people there use. */
export const TIME_ZONES = [
  ['Asia/Jakarta', 'WIB – Jakarta'],
  ['Asia/Makassar', 'WITA – Kupang, Makassar'],
  ['Asia/Jayapura', 'WIT – Jayapura'],
  ['Asia/Dili', 'Timor-Leste – Dili'],
] as const

import { stringify } from 'csv-stringify/sync'
import writeExcelFile from 'write-excel-file/node'
import type { Language } from '../../shared/domain/configuration.ts'
import { reportsEn } from '../../shared/i18n/reports.en.ts'
import { reportsId } from '../../shared/i18n/reports.id.ts'
import type { Report, ReportFigures } from '../../shared/protocol/reports.ts'

type Cell = string | number | null

const TEXTS: Readonly<Record<Language, Readonly<Record<keyof typeof reportsId, string>>>> = { id: reportsId, en: reportsEn }
const DEFINITIONS = ['visit', 'stop', 'first', 'wait', 'service', 'hours', 'median'] as const

const percent = (part: number, of: number): number | null => (of === 0 ? null : Math.round((part / of) * 1000) / 10)

/** Heads of the columns and what stands in them, one row's after the other. */
const COLUMNS: readonly { readonly id: string; readonly en: string; readonly of: (figures: ReportFigures) => Cell }[] = [
  { id: 'Kunjungan', en: 'Visits', of: (figures) => figures.visits },
  { id: 'Selesai pada kunjungan pertama', en: 'Done at the first visit', of: (figures) => figures.doneAtFirstVisit },
  { id: 'Langkah', en: 'Stops', of: (figures) => figures.stops },
  { id: 'Dilayani', en: 'Served', of: (figures) => figures.served },
  { id: 'Tidak hadir', en: 'No-shows', of: (figures) => figures.notServed.noShow },
  { id: 'Tidak sempat dilayani', en: 'Refused', of: (figures) => figures.notServed.refused },
  { id: 'Dibatalkan', en: 'Cancelled', of: (figures) => figures.notServed.cancelled },
  { id: 'Dilanjutkan hari berikutnya', en: 'Carried over', of: (figures) => figures.notServed.carriedOver },
  { id: 'Dipindahkan', en: 'Moved', of: (figures) => figures.notServed.moved },
  { id: 'Belum berakhir', en: 'Not ended', of: (figures) => figures.notServed.open },
  { id: 'Tunggu, median (menit)', en: 'Wait, median (minutes)', of: (figures) => figures.wait.medianMinutes },
  { id: 'Tunggu, 9 dari 10 (menit)', en: 'Wait, 9 out of 10 (minutes)', of: (figures) => figures.wait.p90Minutes },
  { id: 'Tunggu sesuai batas (%)', en: 'Wait within target (%)', of: ({ wait }) => percent(wait.within, wait.count) },
  { id: 'Pelayanan, median (menit)', en: 'Service, median (minutes)', of: (figures) => figures.service.medianMinutes },
  { id: 'Pelayanan, 9 dari 10 (menit)', en: 'Service, 9 out of 10 (minutes)', of: (figures) => figures.service.p90Minutes },
  { id: 'Sesuai SOP (%)', en: 'Within the standard (%)', of: ({ service }) => percent(service.within, service.count) },
  { id: 'Jam loket buka', en: 'Counter hours open', of: ({ counterHours }) => counterHours?.open ?? null },
  { id: 'Jam loket dijadwalkan', en: 'Counter hours scheduled', of: ({ counterHours }) => counterHours?.scheduled ?? null },
]

function table(report: Report, language: Language): { readonly head: string[]; readonly rows: Cell[][] } {
  const key = { id: 'Kode', en: 'Code' }[language]
  const name = { id: 'Nama', en: 'Name' }[language]
  const all = { id: 'Semua', en: 'All' }[language]
  const cells = (figures: ReportFigures) => COLUMNS.map(({ of }) => of(figures))
  return {
    head: [key, name, ...COLUMNS.map((column) => column[language])],
    rows: [...report.rows.map((row) => [row.key, row.label[language], ...cells(row)]), ['', all, ...cells(report.total)]],
  }
}

/** As comma-separated values with CRLF (RFC 4180). A cell is never a formula. */
export function reportCsv(report: Report, language: Language): string {
  const { head, rows } = table(report, language)
  return csv(head, rows, true)
}

/** `forSpreadsheets`: with a byte-order mark, by which they know that it is UTF-8; programs would take it for a part of the first head. */
export const csv = (head: readonly string[], rows: readonly (readonly Cell[])[], forSpreadsheets: boolean): string =>
  stringify([head, ...rows] as Cell[][], { bom: forSpreadsheets, escape_formulas: true, record_delimiter: 'windows' })

const cell = (value: Cell) => (value === null ? null : typeof value === 'string' ? { value, type: String } : { value, type: Number })
/** A day of the calendar, which a spreadsheet may sort and group. */
const dayCell = (day: string) => ({ value: new Date(`${day}T00:00:00Z`), type: Date, format: 'yyyy-mm-dd' })

/** As a workbook: the figures on one sheet, what they mean on another. */
export async function reportXlsx(report: Report, language: Language): Promise<Buffer> {
  const { head, rows } = table(report, language)
  const texts = TEXTS[language]
  const bold = (value: string) => ({ value, fontWeight: 'bold' as const, wrap: true })
  const title = `${report.branch.name[language]}, ${report.from} – ${report.to}`
  return writeExcelFile([
    {
      sheet: { id: 'Laporan', en: 'Report' }[language],
      data: [
        head.map(bold),
        ...rows.map((row) =>
          row.map((value, at) => (report.by === 'day' && at === 0 && value !== '' ? dayCell(String(value)) : cell(value))),
        ),
      ],
      columns: head.map((_, at) => ({ width: at === 1 ? 40 : 14 })),
      stickyRowsCount: 1,
      stickyColumnsCount: 2,
    },
    {
      sheet: texts['reports.words'].slice(0, 31),
      data: [[bold(title)], ...DEFINITIONS.map((name) => [{ value: texts[`reports.define.${name}`], wrap: true }])],
      columns: [{ width: 110 }],
    },
  ]).toBuffer()
}

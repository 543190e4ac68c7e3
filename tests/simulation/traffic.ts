import type { Traffic } from './plan.ts'

/**
 * How visitors come to MPP Kota Kupang: assumed, guided by what other halls in Indonesia have published (people wait before the doors open,
 * most come before ten; civil registration draws a third; service times fit a lognormal distribution better than an exponential one).
 */
export const kupangTraffic: Traffic = {
  arrivalShares: {
    '08:00': 0.16,
    '08:30': 0.12,
    '09:00': 0.12,
    '09:30': 0.11,
    '10:00': 0.1,
    '10:30': 0.09,
    '11:00': 0.07,
    '11:30': 0.04,
    '13:00': 0.07,
    '13:30': 0.06,
    '14:00': 0.04,
    '14:30': 0.02,
  },
  weekdayFactors: { Mon: 1.2, Tue: 1.05, Wed: 1, Thu: 1, Fri: 0.75 },
  agencyShares: {
    DUKCAPIL: 0.35,
    SIM: 0.12,
    SAMSAT: 0.12,
    BANKNTT: 0.1,
    BPJSKES: 0.08,
    BAPENDA: 0.06,
    DINSOS: 0.05,
    DPMPTSP: 0.04,
    others: 0.08,
  },
  priorityShare: 0.08,
  noShowShare: 0.06,
  serviceTimeVariation: 0.6,
}

import { RECENT_CALLS } from '../domain/state.ts'
import {
  type BoardEvent,
  type BoardView,
  type CounterEvent,
  type CounterView,
  foldBoard,
  foldCounter,
  foldLive,
  type LiveEvent,
  type LiveView,
  type TicketView,
} from '../protocol/wire.ts'

/** The folds as a screen needs them: `undefined` for an event that a newer server invented. */
export const board = {
  namespace: '/board',
  fold: (view: BoardView, event: BoardEvent): BoardView | undefined => foldBoard(view, event, RECENT_CALLS),
} as const

export const live = {
  namespace: '/supervisor',
  fold: (view: LiveView, event: LiveEvent): LiveView | undefined =>
    event.type === 'liveChanged' || event.type === 'liveReplaced' ? foldLive(view, event) : undefined,
} as const

export const counter = {
  namespace: '/counter',
  fold: (view: CounterView, event: CounterEvent): CounterView | undefined =>
    event.type === 'counterChanged' ? foldCounter(view, event) : undefined,
} as const

/** A ticket's room sends whole views only. */
export const ticket = {
  namespace: '/ticket',
  fold: (_view: TicketView, _event: never): TicketView | undefined => undefined,
} as const

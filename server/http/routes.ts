import type { Route } from './route.ts'
import { branchRoutes } from './routes/branches.ts'
import { commandRoutes } from './routes/commands.ts'
import { configurationRoutes } from './routes/configuration.ts'
import { dayRoutes } from './routes/day.ts'
import { deskRoutes } from './routes/desk.ts'
import { deviceRoutes } from './routes/devices.ts'
import { printingRoutes } from './routes/printing.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { ticketRoutes } from './routes/tickets.ts'
import { userRoutes } from './routes/users.ts'

/** Every call of the API: wiring, checks, permissions and OpenAPI come from this one table. `/users/me` stands before `/users/{username}`. */
export const ROUTES: readonly Route[] = [
  ...sessionRoutes,
  ...userRoutes,
  ...deviceRoutes,
  ...branchRoutes,
  ...configurationRoutes,
  ...dayRoutes,
  ...ticketRoutes,
  ...deskRoutes,
  ...printingRoutes,
  ...commandRoutes,
]

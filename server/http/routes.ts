import type { Route } from './route.ts'
import { agencyRoutes } from './routes/agencies.ts'
import { branchRoutes } from './routes/branches.ts'
import { commandRoutes } from './routes/commands.ts'
import { configurationRoutes } from './routes/configuration.ts'
import { dayRoutes } from './routes/day.ts'
import { deskRoutes } from './routes/desk.ts'
import { deviceRoutes } from './routes/devices.ts'
import { historyRoutes } from './routes/history.ts'
import { liveRoutes } from './routes/live.ts'
import { mediaRoutes } from './routes/media.ts'
import { printingRoutes } from './routes/printing.ts'
import { publicRoutes } from './routes/public.ts'
import { reportRoutes } from './routes/reports.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { ssoRoutes } from './routes/sso.ts'
import { storyRoutes } from './routes/story.ts'
import { ticketRoutes } from './routes/tickets.ts'
import { userRoutes } from './routes/users.ts'
import { webhookRoutes } from './routes/webhooks.ts'

/** Every call of the API: wiring, checks, permissions and OpenAPI come from this one table. `/users/me` stands before `/users/{username}`. */
export const ROUTES: readonly Route[] = [
  ...sessionRoutes,
  ...ssoRoutes,
  ...userRoutes,
  ...deviceRoutes,
  ...branchRoutes,
  ...publicRoutes,
  ...storyRoutes,
  ...mediaRoutes,
  ...configurationRoutes,
  ...agencyRoutes,
  ...dayRoutes,
  ...ticketRoutes,
  ...deskRoutes,
  ...printingRoutes,
  ...liveRoutes,
  ...reportRoutes,
  ...historyRoutes,
  ...webhookRoutes,
  ...commandRoutes,
]

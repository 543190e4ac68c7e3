import { z } from 'zod'
import { deleteMedia, keepMedia, MOST_UPLOADED, mediaOf, restoreMedia } from '../media.ts'
import { type Route, reply, route } from '../route.ts'
import * as Schema from '../schemas.ts'

const FilePath = z.object({ branch: Schema.Id, name: z.string().min(1).max(120).describe('`foto.jpg`: its end must say what it is') })

/** Pictures and film for a branch's lobby screens. */
export const mediaRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/branches/{branch}/media',
    name: 'media',
    who: 'showBoard',
    summary: 'Pictures and film for its screens, in order: the files of DATA_DIR/media/BRANCH',
    params: Schema.BranchPath,
    replies: { 200: { description: 'What to show, and what was left out', schema: Schema.Media } },
    handler: async ({ params, services }) => reply(200, await mediaOf(services.config.dataDir, params.branch)),
  }),
  route({
    method: 'put',
    path: '/branches/{branch}/media/{name}',
    name: 'keepMedia',
    who: 'administer',
    summary: 'Keeps a picture or film for the lobby screens, sent as it is; screens show it within half a minute',
    params: FilePath,
    uploadLimit: MOST_UPLOADED,
    replies: { 201: { description: 'Kept', schema: Schema.MediaItem } },
    refusals: ['invalid-value', 'file-name-taken', 'unsupported-file', 'too-many-files', 'too-large'],
    async handler({ params: { branch, name }, upload, services }) {
      const kept = await keepMedia(services.config.dataDir, branch, name, upload)
      return kept.ok ? reply(201, kept.value) : kept
    },
  }),
  route({
    method: 'delete',
    path: '/branches/{branch}/media/{name}',
    name: 'deleteMedia',
    who: 'administer',
    summary: 'Takes a file away from the screens; for a day it can be brought back',
    params: FilePath,
    replies: { 204: { description: 'Gone' } },
    refusals: ['unknown-file'],
    async handler({ params: { branch, name }, services }) {
      const gone = await deleteMedia(services.config.dataDir, branch, name)
      return gone.ok ? reply(204) : gone
    },
  }),
  route({
    method: 'post',
    path: '/branches/{branch}/media/{name}/restoration',
    name: 'restoreMedia',
    who: 'administer',
    summary: 'Brings a deleted file back',
    params: FilePath,
    replies: { 204: { description: 'There again' } },
    refusals: ['unknown-file', 'file-name-taken'],
    async handler({ params: { branch, name }, services }) {
      const back = await restoreMedia(services.config.dataDir, branch, name)
      return back.ok ? reply(204) : back
    },
  }),
]

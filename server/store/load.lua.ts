/** Reads a branch whole, or begins to. */
export const LOAD_LUA = `
-- All live documents of a branch as one moment. Writes nothing.
--
-- Keys: 1 meta, 2 the set of names of those documents that there can be many of
-- Arguments: 1 what all keys of the branch begin with, 2 how many of those documents may be read in one go (0: any number), then the names
--   of the documents that there is at most one of
-- Reply: nil where there is no branch; else epoch, revision, time of the last event, number of documents read, their names and contents, then the names of those
--   that were too many: they are read in pages, by another script, so that nobody has to wait for long.
--   Content is field, value, field, value, ... with NUL between them: one string per document, because a reply of millions of small
--   strings would take the reader longer than all the rest.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'atMs')
if not meta[1] then return nil end
local reply = {meta[1], meta[2], meta[3], 0}
local function document(name)
  local fields = redis.call('HGETALL', ARGV[1] .. name)
  if #fields > 0 then
    reply[4] = reply[4] + 1
    reply[#reply + 1] = name
    reply[#reply + 1] = table.concat(fields, '\\0')
  end
end
for i = 3, #ARGV do document(ARGV[i]) end
local names = redis.call('SMEMBERS', KEYS[2])
local limit = tonumber(ARGV[2])
if limit == 0 or #names <= limit then
  for _, name in ipairs(names) do document(name) end
else
  for _, name in ipairs(names) do reply[#reply + 1] = name end
end
return reply
`

/** Goes on reading. */
export const PAGE_LUA = `
-- Some documents of a branch, if it is still as it was. Writes nothing.
--
-- Keys: 1 meta
-- Arguments: 1 what all keys of the branch begin with, 2 epoch, 3 revision, then names of documents
-- Reply: nil where the branch has another epoch or revision; else the documents' contents, as above.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'revision')
if meta[1] ~= ARGV[2] or meta[2] ~= ARGV[3] then return nil end
local contents = {}
for i = 4, #ARGV do contents[i - 3] = table.concat(redis.call('HGETALL', ARGV[1] .. ARGV[i]), '\\0') end
return contents
`

/** Claims the epoch of a branch for this run of Redis. */
export const CLAIM_LUA = `
-- Sets a new epoch where the branch cannot be known to have continued: Redis is another run than the one that the epoch is from, or the
-- caller has seen a later revision of this very epoch. Servers that claim at once agree: the first one's epoch is no longer the one that
-- the others have seen.
--
-- Keys: 1 meta
-- Arguments: 1 Redis' run_id as this server knows it, 2 the latest revision that the caller has seen, 3 the epoch it saw it in, 4 a new epoch
-- Reply: nil where there is no branch; else the epoch, and 1 where it is the new one.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'revision', 'runId')
if not meta[1] then return nil end
if meta[3] == ARGV[1] and (meta[1] ~= ARGV[3] or tonumber(meta[2]) >= tonumber(ARGV[2])) then return {meta[1], 0} end
redis.call('HSET', KEYS[1], 'epoch', ARGV[4], 'runId', ARGV[1])
return {ARGV[4], 1}
`

/** Changes one record. */
export const RECORD_LUA = `
-- Writes or deletes a small record, and tells everybody that it changed.
--
-- Keys: 1 hash of the records of this kind, id to {"version":N,"value":...}; 2 stream of changes; 3 the last version given: never given
--   twice, so that a record that was deleted and made again is not taken for the old one
-- Arguments: 1 kind, 2 id, 3 the value as JSON, or '' to delete it, 4 the version that it must have (0: it must not exist), or ''
-- Reply: 1 where it was done, 0 where the version is another or there was nothing to delete.
local stored = redis.call('HGET', KEYS[1], ARGV[2])
if ARGV[4] ~= '' then
  local version = stored and string.match(stored, '^{"version":(%d+)') or '0'
  if version ~= ARGV[4] then return 0 end
end
if ARGV[3] == '' and not stored then return 0 end
redis.call('XLEN', KEYS[2])
local version = redis.call('INCR', KEYS[3])
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[2])
else redis.call('HSET', KEYS[1], ARGV[2], '{"version":' .. string.format('%.0f', version) .. ',"value":' .. ARGV[3] .. '}') end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 1000, '*', 'kind', ARGV[1], 'id', ARGV[2])
return 1
`

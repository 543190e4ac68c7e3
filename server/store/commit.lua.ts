/**
 * The one script that changes a branch. A string and not a file, so that a bundled server carries it along.
 * Kept under its digest by Redis (EVALSHA), so that two releases of the server never overwrite each other's.
 */
export const COMMIT_LUA = `
-- Commits a batch of decided answers of one branch. Knows nothing of queues: it compares, writes what it is told, and appends.
--
-- Guarantees
--   Whole or not at all: everything that could fail is checked before the first write; the first write (of an event, else of an answer)
--   is one that Redis refuses when it is read-only, out of memory or without a working disk, and then nothing was written.
--   Once: if any of the commands has an answer, those answers are given and nothing is written.
--   In order: written only if the branch's epoch and revision are those that the batch was decided on. Event N is stream entry N-0.
--   An epoch of '' makes the branch at the revision that it names, if there is none.
--
-- Keys, all under the branch's hash tag
--   1 meta: hash of format, epoch, revision, atMs, runId, day, previousDay
--   2 the stream of events
--   3 the set of names of those documents that there can be many of
--   4.. the keys to write, one per operation, in their order
--   Beside these it touches the two hashes of answers, whose names it makes of argument 1 and the days in meta.
--
-- Arguments
--   1 what all keys of the branch begin with   2 format   3 epoch   4 revision decided on   5 business day after the batch
--   6 Redis' run_id as this server knows it    7 a new epoch, in case one is needed    8 time of the last event
--   9 number of answers n, then n command ids, then n answers
--   number of events, then each event
--   number of operations, then each operation for its key:
--     H isNew nSet (field value)* nUnset field*    a document (hash); 1 for new: its name goes to the set of names
--     D                                            a document is dropped
--     Z nAdd (score member)* nRemove member*       a queue (sorted set)
--
-- Replies: a status, Redis' time as seconds and microseconds, then
--   committed
--   answered      index (from 0) and answer of each command that has one
--   conflict      the epoch and revision that the branch has (a new epoch where Redis is another run than the one that the epoch is from)
--   newer-format  the format that the branch was written in
--   An error reply: the batch is malformed or a key has the wrong type; nothing was written.

local prefix, format, epoch, revision, day, runId, newEpoch, atMs = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local CHUNK = 4000 -- unpack ends near 8000 values

local function reply(status, ...)
  local time = redis.call('TIME')
  return {status, time[1], time[2], ...}
end

local function number(at)
  local value = tonumber(ARGV[at])
  if not value or value < 0 or value ~= math.floor(value) then error('PANGGIL malformed batch: no count at argument ' .. at) end
  return value
end

-- 1. Answers that exist already.
local meta = redis.call('HMGET', KEYS[1], 'format', 'epoch', 'revision', 'runId', 'day', 'previousDay')
local nAnswers = number(9)
local firstId = 10
local firstAnswer = firstId + nAnswers
local found = {}
for m = 5, 6 do
  local storedDay = meta[m]
  if storedDay and storedDay ~= '' then
    for from = 0, nAnswers - 1, CHUNK do
      local to = math.min(from + CHUNK, nAnswers)
      local answers = redis.call('HMGET', prefix .. 'answers:' .. storedDay, unpack(ARGV, firstId + from, firstId + to - 1))
      for i = 1, to - from do
        if answers[i] then
          found[#found + 1] = from + i - 1
          found[#found + 1] = answers[i]
        end
      end
    end
  end
end
if #found > 0 then
  local time = redis.call('TIME')
  local answered = {'answered', time[1], time[2]}
  for i = 1, #found do answered[i + 3] = found[i] end
  return answered
end

-- 2. Format, epoch, revision.
local isNew = not meta[2]
if isNew then
  if epoch ~= '' then return reply('conflict', '', 0) end
  epoch = newEpoch
else
  if tonumber(meta[1]) > tonumber(format) then return reply('newer-format', meta[1]) end
  if meta[4] ~= runId then
    redis.call('HSET', KEYS[1], 'epoch', newEpoch, 'runId', runId)
    return reply('conflict', newEpoch, meta[3])
  end
  if meta[2] ~= epoch or meta[3] ~= revision then return reply('conflict', meta[2], meta[3]) end
end

-- 3. Everything that could fail below, without a write.
local nEvents = number(firstAnswer + nAnswers)
local firstEvent = firstAnswer + nAnswers + 1
local nOperations = number(firstEvent + nEvents)
local at = firstEvent + nEvents + 1
local firstOperation = at
if #KEYS ~= 3 + nOperations then error('PANGGIL malformed batch: ' .. #KEYS .. ' keys for ' .. nOperations .. ' operations') end
local answersKey = prefix .. 'answers:' .. day
-- What was read above, or is written first, need not be looked at.
if meta[5] ~= day then redis.call('HLEN', answersKey) end
if nEvents == 0 then redis.call('XLEN', KEYS[2]) end
redis.call('SCARD', KEYS[3])
for i = 1, nOperations do
  local op = ARGV[at]
  if op == 'H' then
    redis.call('HLEN', KEYS[3 + i])
    local nSet = number(at + 2)
    local nUnset = number(at + 3 + 2 * nSet)
    at = at + 4 + 2 * nSet + nUnset
  elseif op == 'D' then
    at = at + 1
  elseif op == 'Z' then
    redis.call('ZCARD', KEYS[3 + i])
    local nAdd = number(at + 1)
    for j = 0, nAdd - 1 do
      if not tonumber(ARGV[at + 2 + 2 * j]) then error('PANGGIL malformed batch: no score at argument ' .. (at + 2 + 2 * j)) end
    end
    local nRemove = number(at + 2 + 2 * nAdd)
    at = at + 3 + 2 * nAdd + nRemove
  else
    error('PANGGIL malformed batch: no operation at argument ' .. at)
  end
end
if at ~= #ARGV + 1 then error('PANGGIL malformed batch: ' .. #ARGV .. ' arguments, ' .. (at - 1) .. ' expected') end

-- 4. The writes. Only the first can be refused: the ids of the stream ascend from there.
local function inChunks(command, key, from, count)
  for offset = 0, count - 1, CHUNK do
    redis.call(command, key, unpack(ARGV, from + offset, from + math.min(offset + CHUNK, count) - 1))
  end
end

for i = 1, nEvents do
  redis.call('XADD', KEYS[2], string.format('%.0f-0', tonumber(revision) + i), 'event', ARGV[firstEvent + i - 1])
end
for from = 0, nAnswers - 1, CHUNK / 2 do
  local pairsOf = {}
  for i = from, math.min(from + CHUNK / 2, nAnswers) - 1 do
    pairsOf[#pairsOf + 1] = ARGV[firstId + i]
    pairsOf[#pairsOf + 1] = ARGV[firstAnswer + i]
  end
  redis.call('HSET', answersKey, unpack(pairsOf))
end
redis.call('HSET', KEYS[1], 'revision', string.format('%.0f', tonumber(revision) + nEvents), 'atMs', atMs)
if isNew or meta[1] ~= format then redis.call('HSET', KEYS[1], 'format', format, 'epoch', epoch, 'runId', runId) end
if meta[5] ~= day then
  -- Answers are kept for this business day and the one before. A day that comes back (the time zone was corrected) takes its answers along.
  if meta[6] and meta[6] ~= '' and meta[6] ~= day then redis.call('UNLINK', prefix .. 'answers:' .. meta[6]) end
  redis.call('HSET', KEYS[1], 'day', day, 'previousDay', meta[5] or '')
end

at = firstOperation
for i = 1, nOperations do
  local key = KEYS[3 + i]
  local op = ARGV[at]
  if op == 'H' then
    local nSet = tonumber(ARGV[at + 2])
    local nUnset = tonumber(ARGV[at + 3 + 2 * nSet])
    inChunks('HSET', key, at + 3, 2 * nSet)
    inChunks('HDEL', key, at + 4 + 2 * nSet, nUnset)
    if ARGV[at + 1] == '1' then redis.call('SADD', KEYS[3], string.sub(key, #prefix + 1)) end
    at = at + 4 + 2 * nSet + nUnset
  elseif op == 'D' then
    redis.call('UNLINK', key)
    redis.call('SREM', KEYS[3], string.sub(key, #prefix + 1))
    at = at + 1
  else
    local nAdd = tonumber(ARGV[at + 1])
    local nRemove = tonumber(ARGV[at + 2 + 2 * nAdd])
    inChunks('ZADD', key, at + 2, 2 * nAdd)
    inChunks('ZREM', key, at + 3 + 2 * nAdd, nRemove)
    at = at + 3 + 2 * nAdd + nRemove
  end
end
return reply('committed')
`

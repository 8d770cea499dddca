-- Who runs a scheduled job holds a lock, so that nobody else runs it meanwhile.
--
-- KEYS[1] the lock; ARGV: id of the run, life of the lock in ms (0: the run has ended)
-- Answers 1 where the lock is, or was, this run's.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if ARGV[2] ~= '0' then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
elseif holder then
  redis.call('DEL', KEYS[1])
end
return 1

-- Every key was put since the mark of this pass was set: so the directory is complete, if it still has that mark.
--
-- KEYS[1] the directory's marker, KEYS[2] the mark of the pass
-- ARGV: a random text
-- Answers 1, or 0 where data was lost in between.
if redis.call('DEL', KEYS[2]) == 0 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'NX')
return 1

import { expect, test } from 'vitest'
import { lackWordsIn } from './lack-words.ts'

test.each([
  [
    'ERROR: could not resize shared memory segment "/PostgreSQL.1" to 20971520 bytes: No space left on device',
    ['could not resize shared memory segment', 'No space left on device'],
  ],
  ['OSError: [Errno 28] no space left on device: /dev/shm/x hunter2', ['No space left on device', '/dev/shm']],
  ["Error: ENOSPC: write '/tmp/up-1'", ['ENOSPC', '/tmp']],
  ['EMFILE while asking https://x.example.com/data', ['EMFILE']],
  ['/database is fine', []],
  ['password=ENOSPC-not-a-secret', ['ENOSPC']],
])('%s', (line, words) => expect(lackWordsIn(line)).toEqual(words))

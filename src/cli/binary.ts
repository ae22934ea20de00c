// Where the single binary starts (scripts/binary.ts): one CommonJS text, which can't wait at its top.
import { answer } from './answer.ts'

// What Node ends an ES module with that waits for what can no longer come; a text like this one it would end with 0.
process.exitCode = 13
void answer()

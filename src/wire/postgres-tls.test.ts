import { expect, test } from 'vitest'
import { type PostgresTold, postgresTls } from './postgres-tls.ts'

const told = (about: Partial<PostgresTold>): 'on' | 'off' | null =>
  postgresTls({ words: [], confs: [], hbas: [], ...about })
const hba = 'local all all trust\nhost all all 127.0.0.1/32 trust\nhostssl all all 0.0.0.0/0 scram-sha-256\n'

test.each<[string, Partial<PostgresTold>, 'on' | 'off' | null]>([
  ['a flag', { words: ['postgres', '-c', 'ssl=off'] }, 'off'],
  ['a flag before a file', { words: ['-c ssl=on'], confs: ['ssl = off'] }, null],
  ['a file', { confs: ["listen_addresses = '*'\nssl = off\n"] }, 'off'],
  ['a file that says nothing', { confs: ["listen_addresses = '*'\n#ssl = on\n"] }, 'off'],
  ['a file that includes others', { confs: ["include_dir = 'conf.d'\n"] }, null],
  ['other settings of TLS', { confs: ["ssl_cert_file = '/tls.crt'\nssl = on\n"] }, null],
  ['both are let in', { confs: ['ssl = on'], hbas: [`${hba}host all all all md5`] }, null],
  ['TLS alone', { confs: ["ssl = 'on'"], hbas: [hba] }, 'on'],
  ['plain ones are refused', { confs: ['ssl on'], hbas: [`hostnossl all all all reject\n${hba}`] }, 'on'],
  ['nothing', {}, null],
])('%s', (_, about, is) => expect(told(about)).toBe(is))

import { expect, test } from 'vitest'
import { refusalIn } from './first-refusal.ts'

const mysql = (code: number, text: string): Buffer => {
  const body = Buffer.concat([Buffer.from([0xff, code & 0xff, code >> 8]), Buffer.from(text)])
  return Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body])
}

test.each<[string, Buffer | string, 'full' | 'not-welcome' | null]>([
  ['Redis', '-ERR max number of clients reached\r\n', 'full'],
  ['Redis in protected mode', '-DENIED Redis is running in protected mode because protected mode is en', 'not-welcome'],
  ['memcached', 'ERROR Too many open connections\r\n', 'full'],
  ['sshd', 'Exceeded MaxStartups\r\n', 'full'],
  ['MySQL', mysql(1040, 'Too many connections'), 'full'],
  ['MariaDB to a host that it does not know', mysql(1130, "Host '10.2.1.1' is not allowed"), 'not-welcome'],
  ['Postfix', '421 4.7.0 mail.example.com Error: too many connections\r\n', 'full'],
  ['Postfix to whom it knows', '554 5.7.1 no service\r\n', 'not-welcome'],
  ['Dovecot', '* BYE Maximum number of connections exceeded\r\n', 'full'],
  ['NATS', "-ERR 'maximum connections exceeded'\r\n", 'full'],
  ['a greeting of SMTP', '220 mail.example.com ESMTP\r\n', null],
  ['a greeting of SSH', 'SSH-2.0-OpenSSH_9.6\r\n', null],
  ['a greeting of IMAP', '* OK ready\r\n', null],
  ['a greeting of MySQL', Buffer.from([74, 0, 0, 0, 10, 56, 46, 48, 0, 1, 2, 3]), null],
  ['another error of MySQL', mysql(1045, 'Access denied'), null],
  ['the time of day', '12:00:00\r\n', null],
  ['a byte', 'x', null],
  ['nothing', '', null],
])('%s', (_, said, expected) => expect(refusalIn(Buffer.from(said as string))).toBe(expected))

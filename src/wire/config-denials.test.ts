import { expect, test } from 'vitest'
import { hbaDenial, redisDenial } from './config-denials.ts'

const told = { by: 'protected-mode', host: '127.0.0.1', port: 6379, line: 1 }

test.each([
  ['protected-mode yes\nbind 0.0.0.0', 'docker.io/library/redis:7.4', told],
  ['protected-mode yes\nport 6380', 'redis:6.2', { ...told, port: 6380 }],
  ['protected-mode yes\nbind 0.0.0.0', 'redis:6.2', null],
  ['protected-mode yes\nbind 0.0.0.0', 'shop/cache:latest', null],
  ['protected-mode yes\nbind * -::*', 'valkey/valkey:8.0', told],
  ['protected-mode yes\nrequirepass a', 'redis:7', null],
  ['protected-mode yes\nuser default on >a', 'redis:7', null],
  ['protected-mode yes\naclfile /etc/users.acl', 'redis:7', null],
  ['protected-mode yes\ninclude /etc/more.conf', 'redis:7', null],
  ['protected-mode yes\nprotected-mode no', 'redis:7', null],
  ['# protected-mode yes', 'redis:7', null],
  ['port 6379', 'redis:7', null],
])('%j by %s', (text, image, expected) => {
  expect(redisDenial(text, image)).toEqual(expected)
})

const own = 'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 md5'

test.each([
  [own, { by: 'pg_hba.conf', host: '127.0.0.1', port: 5432, line: 2 }],
  [`${own}\nhostssl all all samehost cert`, { by: 'pg_hba.conf', host: '127.0.0.1', port: 5432, line: 2 }],
  [`${own}\nhost all all 0.0.0.0/0 reject`, { by: 'pg_hba.conf', host: '127.0.0.1', port: 5432, line: 2 }],
  [`${own}\nhost all all 10.0.0.0/8 md5`, null],
  [`${own}\nhostssl all all all md5`, null],
  [`${own}\nhost all all samenet md5`, null],
  [`${own}\nhost all all 10.0.0.0 255.0.0.0 md5`, null],
  [`${own}\ninclude_dir more`, null],
  [`${own}\nhost @more all 127.0.0.1/32 md5`, null],
  ['local all all trust', null],
  ['', null],
])('a pg_hba.conf %j', (text, expected) => {
  expect(hbaDenial(text)).toEqual(expected)
})

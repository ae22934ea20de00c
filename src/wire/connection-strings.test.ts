import { expect, test } from 'vitest'
import { connectionPlaces } from './connection-strings.ts'

const rest = 'Database=shop;User Id=sa;Password=x'

test.each([
  [`Server=sqlserver,1433;${rest}`, [{ host: 'sqlserver', port: 1433 }]],
  [`Data Source=tcp:sqlserver.shop,1433;Initial Catalog=shop`, [{ host: 'sqlserver.shop', port: 1433 }]],
  [`Server=sqlserver\\SHOP;${rest}`, [{ host: 'sqlserver', port: null }]],
  [`Host=pg;Port=5432;${rest}`, [{ host: 'pg', port: 5432 }]],
  [
    `Host=pg-0:5432,pg-1:5433;${rest}`,
    [
      { host: 'pg-0', port: 5432 },
      { host: 'pg-1', port: 5433 },
    ],
  ],
  ['host=pg port=5432 dbname=shop user=web', [{ host: 'pg', port: 5432 }]],
  ['web:word@tcp(mysql:3306)/shop?parseTime=true', [{ host: 'mysql', port: 3306 }]],
  [`Server=localhost,1433;${rest}`, [{ host: 'localhost', port: 1433 }]],
  [`Server=(localdb)\\mssqllocaldb;${rest}`, []],
  [`Server=.;${rest}`, [{ host: '.', port: null }]],
  ['server=1;mode=fast', []],
  ['host=cart', []],
  ['http://cart:80/?host=pg', []],
  ['', []],
])('%s', (text, places) => {
  expect(connectionPlaces(text)).toEqual(places)
})

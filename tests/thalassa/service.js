// A web service that registers itself by the real client: node service.js API_PORT AXON_PORT NAME VERSION TTL.
// It answers its version, prints its port once it is registered, and ends with its standard input.
const http = require('http')
const Thalassa = require('thalassa')

const [apiport, port, name, version, ttl] = process.argv.slice(2)
const client = new Thalassa.Client({ host: '127.0.0.1', apiport, port, updateFreq: ttl * 300, updateTimeout: 1000 })
const server = http.createServer((request, response) => response.end(version))
server.keepAliveTimeout = 60000
server.listen(0, '0.0.0.0', () => {
  const own = server.address().port
  client.once('updateSuccessful', () => console.log(own))
  client.register(name, version, own, { secondsToExpire: Number(ttl), az: 'a' })
  client.start()
})
process.stdin.on('end', () => process.exit(0)).resume()

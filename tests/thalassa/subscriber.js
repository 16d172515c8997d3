// Subscribes by the real client, and prints what it is told, a line of JSON each: node subscriber.js API_PORT
// AXON_PORT NAME. Commands come by standard input, one a line: `list`, `register VERSION PORT`,
// `unregister VERSION PORT`. It prints ["connected"] when it is, and ends with its standard input.
const readline = require('readline')
const Thalassa = require('thalassa')

const [apiport, port, name] = process.argv.slice(2)
const client = new Thalassa.Client({ host: '127.0.0.1', apiport, port: Number(port) })
const tell = (...words) => console.log(JSON.stringify(words))
client.on('online', (registration) => tell('online', registration))
client.on('offline', (id) => tell('offline', id))
client.on('updateFailed', (error) => tell('failed', String(error)))
client.on('updateSuccessful', () => tell('updated'))
client.subscribe(name)
client.socket.on('connect', () => tell('connected'))
client.start()

const commands = {
  list: () => client.getRegistrations(name, (error, found) => tell('list', error ? String(error) : found)),
  register: (version, port) => client.register(name, version, Number(port)),
  unregister: (version, port) => client.unregister(name, version, Number(port)),
}
readline.createInterface({ input: process.stdin })
  .on('line', (line) => commands[line.split(' ')[0]](...line.split(' ').slice(1)))
  .on('close', () => process.exit(0))

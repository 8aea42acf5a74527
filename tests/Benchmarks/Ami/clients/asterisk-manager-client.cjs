// node's asterisk-manager on the same stream: counts the events that it dispatches. Usage: PORT LOOPS RUNS
'use strict';
const [port, loops, runs] = process.argv.slice(2).map(Number);
const ami = require('asterisk-manager')(port, '127.0.0.1', 'bench', 'bench', true);

let count = 0;
let expected = Infinity;
let run = -1;
let started;
let cpuStarted;
let lastId;

function next() {
  run++;
  if (run > runs) process.exit(0);
  count = 0;
  expected = Infinity;
  started = process.hrtime.bigint();
  cpuStarted = process.cpuUsage();
  ami.action({ action: 'Events', eventmask: 'on', loops: String(loops) }, (error, answer) => {
    expected = Number((answer || error).count);
    check();
  });
}

function check() {
  if (count < expected) return;
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const used = process.cpuUsage(cpuStarted);
  const cpu = (used.user + used.system) / 1e6;
  if (run > 0) console.log(`run ${count} ${Math.round(count / seconds)} ${Math.round(count / cpu)}`);
  setImmediate(next);
}

ami.on('managerevent', (event) => {
  if (event.event === 'FullyBooted') {
    if (run < 0) next();
    return;
  }
  lastId = event.uniqueid;
  count++;
  check();
});

// Who is in a room, as those in it hear of it: Olga watches hidden, Ben has two tabs, Cara is pulled off the net.
// Start a gateway (dotnet run --project Gateway), then: npm install && node presence.mjs
import { setTimeout as pass } from 'node:timers/promises';
import { HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { openLink } from './link.mjs';

const gateway = process.argv[2] ?? 'http://localhost:5080';
const room = 'chat:presence-sample';
const begun = Date.now();

function say(text) {
  console.log(`${((Date.now() - begun) / 1000).toFixed(1).padStart(5)} s  ${text}`);
}

async function tokenOf(userId, labels) {
  const response = await fetch(`${gateway}/dev/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ userId, labels }),
  });
  return (await response.json()).token;
}

/** Connects a user; what he hears of the room's members is printed, and given to those who wait for it. */
async function connect(name, { url = gateway, labels = [], ...subscription }) {
  const token = await tokenOf(name.split(' ')[0].toLowerCase(), labels);
  const hub = new HubConnectionBuilder()
    .withUrl(`${url}/realtime`, { accessTokenFactory: () => token })
    .configureLogging(LogLevel.None)
    .build();
  const heard = new Map();
  hub.on('presence', ({ type, member }) => {
    const profile = member.profile ? ` ${JSON.stringify(member.profile)}` : '';
    say(`${name} hears: ${type} ${member.userId}${profile}`);
    heard.get(`${type} ${member.userId}`)?.();
  });
  hub.on('event', () => {});
  await hub.start();
  await hub.invoke('Subscribe', { channels: [room], ...subscription });
  return {
    hub,
    hears: (what) => new Promise((resolve) => heard.set(what, resolve)),
    async tellMembers() {
      const { members } = await hub.invoke('GetMembers', room);
      say(`members: ${members.map((member) => `${member.userId} (${member.connections})`).join(', ') || 'none'}`);
    },
  };
}

/** Each of them has heard it: before the next happens, so that all have the same to tell. */
const all = (people, what) => Promise.all(people.map((person) => person.hears(what)));

const olga = await connect('Olga', { labels: ['observer'], hidden: true });
const firstTab = await connect('Ben 1', { echo: false });
const secondTab = await connect('Ben 2', { echo: false });

const link = await openLink(gateway);
const caraJoins = olga.hears('join cara');
const cara = await connect('Cara', { url: link.url });
await caraJoins;
const caraTells = all([olga, firstTab, secondTab, cara], 'update cara');
await cara.hub.invoke('UpdateProfile', { mood: 'curious' });
await caraTells;
await olga.tellMembers();

say('Ben closes his first tab: he is still there by the other');
await firstTab.hub.stop();

say("Cara's network is gone: the gateway misses her for 30 s, and expects her back for 10 s more");
const caraLeaves = all([olga, secondTab], 'leave cara');
link.pull();
await caraLeaves;
await olga.tellMembers();

say('Ben closes his second tab: he is expected back for 10 s');
const benLeaves = olga.hears('leave ben');
await secondTab.hub.stop();
await pass(1000);
await olga.tellMembers();
await benLeaves;
await olga.tellMembers();

await olga.hub.stop();
await cara.hub.stop();
link.close();

/** The rooms there are. Who may do what in them is in the gateway's settings: appsettings.Development.json. */
export const rooms = [
  { channel: 'chat:lobby', title: 'Lobby', topic: 'Where everybody comes in' },
  { channel: 'chat:random', title: 'Random', topic: 'Whatever crosses your mind' },
  { channel: 'team:blue:room', title: 'Team Blue', topic: 'For the team alone', isPrivate: true },
];

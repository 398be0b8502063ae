import { byId, setText } from './dom.js';

const hints = {
  private: 'Leave the chat and come in again as one of the team: then it opens.',
  public: 'Choose it again to try once more.',
};

/** Why a room is closed to us, in the gateway's own words. */
export function showRefusal(room) {
  const { code, message } = room.refusal ?? { code: '', message: '' };
  byId('refusal').hidden = room.state !== 'refused';
  setText(byId('refusal-title'), `${room.title} is closed to you`);
  setText(byId('refusal-reason'), message);
  setText(byId('refusal-code'), code);
  setText(byId('refusal-hint'), hints[room.isPrivate ? 'private' : 'public']);
}

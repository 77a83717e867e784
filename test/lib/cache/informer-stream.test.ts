import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { turns } from '../../support/turns.js';
import { CacheStage } from './support/cache-stage.js';

describe('Informer, told of the stream', () => {
  let stage: CacheStage;

  beforeEach(async () => {
    stage = new CacheStage();
    stage.informer.start();
    await eventually('the first full read is over', () => stage.listener.syncs === 1);
  });

  afterEach(() => {
    stage.informer.stop();
  });

  it('should read everything anew when changes were missed', async () => {
    stage.informer.missed();

    await eventually('there was a second full read', () => stage.listener.syncs === 2);
  });

  it('should read nothing when the stream goes on where it was left', async () => {
    stage.informer.resumed();
    await turns(30);

    expect(stage.listener.syncs).to.equal(1);
  });
});

import { expect } from 'chai';
import { haproxyConfig } from '../../lib/managers/loadbalancer/haproxy/config/index.js';
import { withMeantDifferences, meantDifferencesOfTexts } from './haproxy-text-differences.js';
import { recordedTexts, writtenTexts } from './recorded-haproxy-texts.js';
import { numberOf, recordings } from './recordings.js';

describe('haproxy texts that the original svc-monitor wrote', () => {
  const used = new Set<string>();
  const compared = new Set<string>();
  const concerned = recordings.filter((recording) => writtenTexts(recording).length > 0);

  for (const recording of concerned) {
    describe(`when ${recording.name} is played`, () => {
      it('should be written to the letter, but for the differences that are meant', async () => {
        for (const { step, text, view } of await recordedTexts(recording, recordings)) {
          compared.add(text);
          const ours = haproxyConfig(view, { appsession: true });
          const meant = withMeantDifferences({ recording: numberOf(recording), step, original: text, ours: ours.text });
          for (const row of meant.rows) used.add(row);
          expect(meant.ours, `after step ${step}`).to.equal(meant.original);
        }
      });
    });
  }

  describe('when all have been played', () => {
    it('should have been compared, all that were written last of a step, and every row of differences have been of use', () => {
      if (compared.size === 0) return;
      expect(meantDifferencesOfTexts.map(({ name }) => name).filter((name) => !used.has(name))).to.deep.equal([]);
      const written = concerned.flatMap((recording) => writtenTexts(recording));
      expect(written.filter((text) => !compared.has(text)).length).to.equal(0);
    });
  });
});

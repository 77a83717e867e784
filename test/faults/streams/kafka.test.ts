import { itSurvivesABlackHole, itSurvivesABrokerThatIsDown } from './connection-scenarios.js';
import {
  itHandlesChangesDuringAResync,
  itLeaksNothingWithinAResync,
  itSurvivesABacklog,
  itSurvivesPoison,
} from './delivery-scenarios.js';
import { kafka } from './kafka-stage.js';

describe('the monitor on Kafka', () => {
  itSurvivesABrokerThatIsDown(kafka);
  itSurvivesABlackHole(kafka);
  itSurvivesPoison(kafka);
  itHandlesChangesDuringAResync(kafka);
  itSurvivesABacklog(kafka);
  itLeaksNothingWithinAResync(kafka);
});

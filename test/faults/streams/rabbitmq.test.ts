import { itSurvivesABlackHole, itSurvivesABrokerThatIsDown } from './connection-scenarios.js';
import {
  itHandlesChangesDuringAResync,
  itLeaksNothingWithinAResync,
  itSurvivesABacklog,
  itSurvivesPoison,
} from './delivery-scenarios.js';
import { rabbitmq } from './rabbitmq-stage.js';

describe('the monitor on RabbitMQ', () => {
  itSurvivesABrokerThatIsDown(rabbitmq);
  itSurvivesABlackHole(rabbitmq);
  itSurvivesPoison(rabbitmq);
  itHandlesChangesDuringAResync(rabbitmq);
  itSurvivesABacklog(rabbitmq);
  itLeaksNothingWithinAResync(rabbitmq);
});

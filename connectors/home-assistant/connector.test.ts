import { describeConnector } from "@caretaker/kit/describe-connector.ts";
import { described } from "./test-described.ts";

describeConnector(described);

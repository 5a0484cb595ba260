import { describeConnector } from "@caretaker/kit/describe-connector.ts";
import { described, describedConsole } from "./test-described.ts";

describeConnector(described);
describeConnector(describedConsole);

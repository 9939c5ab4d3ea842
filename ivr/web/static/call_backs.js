// The call-backs: the list keeps itself true.

import { follow } from "./live.js";

follow();

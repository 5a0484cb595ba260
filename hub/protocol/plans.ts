import { z } from "zod";
import { Moment, PlanId, SiteId } from "./ids.ts";
import { operation } from "./operation.ts";
import { ActionCapability } from "./scopes.ts";
import { Name } from "./sites.ts";

const everyone = { roles: ["principal", "senior", "technician", "dispatcher"] } as const;
const reviewers = { roles: ["principal", "senior"] } as const;
const Why = z.string().trim().min(3).max(300);

/** That acts of one kind need more than the catalogue of the make says, in every home of a plan. */
export const PlanRaise = z
  .strictObject({
    capability: ActionCapability,
    /** The least that such an act needs; null where only `private` is said. */
    scope: z.enum(["fix", "disruptive"]).nullable(),
    private: z.boolean().default(false),
  })
  .refine(({ scope, private: isPrivate }) => scope !== null || isPrivate, "raises nothing: say a scope, or private");
export type PlanRaise = z.infer<typeof PlanRaise>;

const PlanRaises = z
  .array(PlanRaise)
  .max(50)
  .refine((raises) => new Set(raises.map(({ capability }) => capability)).size === raises.length, "names an act twice");

/** A level of aftercare that homes are looked after by. */
export const Plan = z.object({
  id: PlanId,
  version: z.number().int(),
  name: Name,
  raises: z.array(PlanRaise),
  /** How many homes are looked after by it. */
  homes: z.number().int(),
  /** Of the last change. */
  reason: z.string(),
  setBy: z.string(),
  setAt: Moment,
});
export type Plan = z.infer<typeof Plan>;

/** Levels of aftercare, as far as they say what has to be allowed. Part of the table in operations.ts. */
export const planOperations = {
  "plan.list": operation({
    path: "GET /plans",
    summary: "The firm's plans, with what each raises",
    input: z.strictObject({}),
    output: z.object({ items: z.array(Plan) }),
    needs: { who: everyone, on: "firm" },
  }),
  "plan.make": operation({
    path: "POST /plans",
    summary: "A plan of that name: which kinds of acts need more in its homes than the catalogue says; it never lowers",
    input: z.strictObject({ name: Name, raises: PlanRaises, reason: Why }),
    output: Plan,
    needs: { who: reviewers, on: "firm", freshFactor: true },
    status: 201,
    ledger: ["plan.changed"],
  }),
  "plan.update": operation({
    path: "PUT /plans/{planId}",
    summary:
      "Say anew what a plan is called and raises, at once in all of its homes; refused when somebody else changed it meanwhile",
    input: z.strictObject({
      planId: PlanId,
      version: z.number().int().min(1),
      name: Name,
      raises: PlanRaises,
      reason: Why,
    }),
    output: Plan,
    needs: { who: reviewers, on: "firm", freshFactor: true },
    ledger: ["plan.changed"],
  }),
  "site.plan.set": operation({
    path: "PUT /sites/{siteId}/plan",
    summary: "Look after a home by another plan, or by none",
    input: z.strictObject({ siteId: SiteId, planId: PlanId.nullable(), reason: Why }),
    output: z.object({ planId: PlanId.nullable() }),
    needs: { who: reviewers, on: "site", freshFactor: true },
    ledger: ["site.plan_changed"],
  }),
} as const;

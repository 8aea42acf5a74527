using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Telephony.Calls;

namespace CallCenterCrm.Replay;

/// <summary>Writes outcomes with the words that the recorded streams' own truth files use.</summary>
internal static class OutcomeJson
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Every call under <c>calls</c>; the fields of the only call with the outside stand at the top as well.
    /// </summary>
    public static string Write(IReadOnlyList<TrackedCall> calls, long refusedEvents, long brokenRecords)
    {
        var outside = calls.Where(call => call.Direction != CallDirection.Internal).ToList();
        var result = new JsonObject
        {
            ["status"] = calls.Count == 0 ? "no calls" : calls.All(call => call.Settled) ? "settled" : "unsettled",
        };
        if (outside is [var only])
        {
            foreach (var (name, value) in Call(only))
            {
                if (name is not "status")
                {
                    result[name] = value?.DeepClone();
                }
            }
        }

        result["calls"] = new JsonArray([.. calls.Select(Call)]);
        result["refused_events"] = refusedEvents;
        result["broken_records"] = brokenRecords;
        return result.ToJsonString(Options);
    }

    private static JsonObject Call(TrackedCall call)
    {
        var json = new JsonObject
        {
            ["id"] = call.AnchorId,
            ["status"] = call.Settled ? "settled" : "unsettled",
            ["direction"] = call.Direction switch { CallDirection.In => "in", CallDirection.Out => "out", _ => "internal" },
            ["state"] = Snake(call.State),
        };
        if (call.Direction == CallDirection.In)
        {
            json["caller"] = call.RawNumber;
            json["did"] = call.Did;
        }
        else
        {
            json["manager"] = call.PlacedBy;
            json["manager_answered"] = call.Talks.Count > 0 || call.Legs.Any(leg => leg.Phone == call.PlacedBy && leg.AnsweredAt is not null);
            json[call.Direction == CallDirection.Out ? "customer" : "called"] = call.RawNumber;
            if (call.Direction == CallDirection.Out)
            {
                json["customer_called"] = call.PartyDialled;
                json["customer_answered"] = call.PartyAnswered;
            }

            json["answered"] = call.AnsweredAt is not null;
        }

        json["answered_by"] = call.AnsweredBy;
        if (call.Direction == CallDirection.In)
        {
            json["missed"] = call.Result is null ? null : call.Result == CallResult.Missed;
            json["miss_reason"] = call.MissReason is { } reason ? Snake(reason) : null;
            json["abandoned"] = call.Result == CallResult.Missed && call.PartyHungUp;
            json["after_hours"] = call.OutOfHours;
            json["lost_in_transfer"] = call.Result == CallResult.LostInTransfer;
            json["takeover"] = call.TakenOver;
            json["fallback"] = call.Fallback;
            json["menu_path"] = call.Menu?.Path;
            json["menu_depth"] = call.Menu?.Depth;
            json["menu_s"] = call.Menu is { } menu ? Length(menu.EnteredAt, menu.LeftAt ?? call.EndedAt) : null;
            json["in_menu_at_end"] = call.Menu is null ? null : call.EndedAt is not null && call.Menu.LeftAt is null;
        }

        json["rings"] = Words(call.Legs.Where(leg => leg.Rang == true).Select(leg => leg.Phone).Distinct());
        json["passed_over"] = Words(call.Legs.Where(leg => leg.Rang == false && leg.Result is not LegResult.Talked).Select(leg => leg.Phone).Distinct());
        var last = call.Transfers.Count > 0 ? call.Transfers[^1] : null;
        json["transfer"] = last is null ? null : last.Blind ? "blind" : "attended";
        json["transferred_to"] = last?.To;
        json["transfers"] = new JsonArray([.. call.Transfers.Select(transfer => new JsonObject
        {
            ["kind"] = transfer.Blind ? "blind" : "attended", ["by"] = transfer.By, ["to"] = transfer.To, ["at"] = Seconds(transfer.At),
        })]);
        json["talks"] = new JsonArray([.. call.Talks.Select(talk => new JsonObject
        {
            ["with"] = talk.Phone, ["from"] = Seconds(talk.From), ["until"] = Seconds(talk.Until),
        })]);
        json["hold_s"] = call.Holds is { } holds ? holds.Sum(hold => (decimal?)Length(hold.From, hold.Until) ?? 0) : null;
        json["holds"] = call.Holds is null ? null : new JsonArray([.. call.Holds.Select(hold => new JsonObject
        {
            ["by"] = hold.Phone, ["from"] = Seconds(hold.From), ["until"] = Seconds(hold.Until),
        })]);
        json["recorded"] = new JsonArray([.. call.Recorded.Select(stretch => new JsonObject
        {
            ["from"] = Seconds(stretch.From), ["until"] = Seconds(stretch.Until),
        })]);
        json["legs"] = new JsonArray([.. call.Legs.Select(leg => new JsonObject
        {
            ["phone"] = leg.Phone, ["step"] = leg.Step, ["rang"] = leg.Rang, ["result"] = leg.Result is { } result ? Snake(result) : null,
            ["dialled"] = Seconds(leg.DialledAt), ["answered"] = Seconds(leg.AnsweredAt), ["ended"] = Seconds(leg.EndedAt),
        })]);
        json["hung_up_by"] = call.EndedAt is null ? null : call.Cut ? "pbx" : call.PartyHungUp ? "caller" : call.Talks.Count > 0 ? call.Talks[^1].Phone : "pbx";
        json["cut_by_restart"] = call.Cut;
        json["ring_s"] = Length(call.StartedAt, call.AnsweredAt ?? call.EndedAt);
        json["talk_s"] = call.AnsweredAt is null ? null : Length(call.AnsweredAt.Value, call.EndedAt);
        json["started"] = Seconds(call.StartedAt);
        json["answered_at"] = Seconds(call.AnsweredAt);
        json["ended"] = Seconds(call.EndedAt);
        json["recording"] = call.RecordingFile;
        return json;
    }

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(word => (JsonNode)word!)]);

    private static JsonNode? Seconds(DateTimeOffset? at) => at is null ? null : decimal.Round((decimal)(at.Value - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerSecond, 6);

    private static JsonNode? Length(DateTimeOffset from, DateTimeOffset? until) => until is null ? null : decimal.Round((decimal)(until.Value - from).Ticks / TimeSpan.TicksPerSecond, 2);

    private static string Snake<T>(T word)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString());
}

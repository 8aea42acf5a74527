using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;
using CallCenterCrm.Telephony.Routing;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>Who is at the other end of a call, as far as the number tells.</summary>
internal sealed record CallParty(PartyKind Kind, string? Number, string? Shown)
{
    private const int MostShown = 80;

    public static CallParty Of(TrackedCall call, RoutingTables tables)
    {
        if (call.Direction == CallDirection.Internal)
        {
            return new CallParty(PartyKind.Employee, null, Clean(call.RawNumber));
        }

        // A caller who withholds his number may still be shown to us by the provider; he asked us not to use it.
        if (call.Withheld || string.IsNullOrEmpty(call.RawNumber) || call.RawNumber.Equals("anonymous", StringComparison.OrdinalIgnoreCase))
        {
            return new CallParty(PartyKind.Anonymous, null, null);
        }

        if (!PhoneNumber.TryParse(call.RawNumber, out var number))
        {
            return new CallParty(PartyKind.Unusable, null, Clean(call.RawNumber));
        }

        var kind = tables.Numbers.Any(own => own.Number == number.Digits) ? PartyKind.OwnNumber
            : tables.Employees.Any(employee => employee.Mobile == number.Digits) ? PartyKind.Employee
            : PartyKind.Outside;
        return new CallParty(kind, number.Digits, Clean(call.RawNumber));
    }

    private static string? Clean(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var clean = string.Concat(text.Where(letter => !char.IsControl(letter) && !char.IsSurrogate(letter)));
        return clean.Length > MostShown ? clean[..MostShown] : clean;
    }
}

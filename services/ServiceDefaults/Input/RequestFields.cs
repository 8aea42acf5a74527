using Google.Protobuf.WellKnownTypes;

namespace CallCenterCrm.ServiceDefaults.Input;

/// <summary>Reads what many requests have in common, and notes what is wrong with it.</summary>
public static class RequestFields
{
    /// <summary>A UUID that must be given.</summary>
    /// <returns>Zero when it is refused.</returns>
    public static Guid Identity(this Violations violations, string field, string text)
    {
        if (text.Length == 0)
        {
            violations.Add(field, ViolationKey.Required);
        }

        return violations.OptionalIdentity(field, text) ?? Guid.Empty;
    }

    /// <summary>A UUID that may be left out.</summary>
    public static Guid? OptionalIdentity(this Violations violations, string field, string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (!Guid.TryParseExact(text, "D", out var id))
        {
            violations.Add(field, ViolationKey.WrongFormat, "UUID");
            return null;
        }

        return id;
    }

    /// <summary>The version on which a change was decided.</summary>
    public static void Version(this Violations violations, string field, long version)
    {
        if (version < 1)
        {
            violations.Add(field, ViolationKey.Required);
        }
    }

    /// <summary>A moment that may be left out.</summary>
    public static DateTimeOffset? Time(this Violations violations, string field, Timestamp? given)
    {
        try
        {
            return given?.ToDateTimeOffset();
        }
        catch (InvalidOperationException)
        {
            violations.Add(field, ViolationKey.OutOfRange, "0001-01-01", "9999-12-31");
            return null;
        }
    }
}

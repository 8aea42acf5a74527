using System.Data;
using Dapper;

namespace CallCenterCrm.ServiceDefaults;

/// <summary>Teaches Dapper the types that Npgsql 10 hands over differently: times are UTC, always.</summary>
internal static class DapperTypes
{
    public static void Register()
    {
        SqlMapper.AddTypeHandler(new UtcTime());
        DefaultTypeMap.MatchNamesWithUnderscores = true;
    }

    private sealed class UtcTime : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) => value switch
        {
            DateTime { Kind: DateTimeKind.Utc } time => new DateTimeOffset(time),
            DateTimeOffset time => time,
            _ => throw new DataException($"A time must come as timestamptz, not as {value.GetType().Name}"),
        };

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value) => parameter.Value = value.ToUniversalTime();
    }
}

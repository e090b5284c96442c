# Our node as the application of the transport suite. The build context is the root of the repository.
FROM maven:3.9-eclipse-temurin-21 AS build
WORKDIR /src
COPY . .
RUN mvn -B -ntp -Pone-jdk -pl interop -am package -DskipTests dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=/app \
 && cp interop/target/libp2p-interop-*.jar /app/

FROM eclipse-temurin:21-jre
COPY --from=build /app /app
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-cp", "/app/*", "libp2p.interop.contracts.TransportApplication"]

#pragma once

#include <string_view>

#include <gladia/model/open_enum.hpp>

namespace gladia {

// The one list of names; the enumerators and their names on the wire are made of it. The first 13
// stand for many of the others.
// clang-format off
#define GLADIA_PII_ENTITIES(X) \
  X(appi, "APPI") X(appi_sensitive, "APPI_SENSITIVE") X(cci, "CCI") \
  X(core_entities, "CORE_ENTITIES") X(cpra, "CPRA") X(gdpr, "GDPR") \
  X(gdpr_sensitive, "GDPR_SENSITIVE") X(health_information, "HEALTH_INFORMATION") \
  X(hipaa_safe_harbor, "HIPAA_SAFE_HARBOR") X(lidi, "LIDI") \
  X(numerical_excl_pci, "NUMERICAL_EXCL_PCI") X(pci, "PCI") \
  X(quebec_privacy_act, "QUEBEC_PRIVACY_ACT") X(account_number, "ACCOUNT_NUMBER") X(age, "AGE") \
  X(date, "DATE") X(date_interval, "DATE_INTERVAL") X(dob, "DOB") \
  X(driver_license, "DRIVER_LICENSE") X(duration, "DURATION") X(email_address, "EMAIL_ADDRESS") \
  X(event, "EVENT") X(filename, "FILENAME") X(gender, "GENDER") \
  X(healthcare_number, "HEALTHCARE_NUMBER") X(ip_address, "IP_ADDRESS") X(language, "LANGUAGE") \
  X(location, "LOCATION") X(location_address, "LOCATION_ADDRESS") \
  X(location_address_street, "LOCATION_ADDRESS_STREET") X(location_city, "LOCATION_CITY") \
  X(location_coordinate, "LOCATION_COORDINATE") X(location_country, "LOCATION_COUNTRY") \
  X(location_state, "LOCATION_STATE") X(location_zip, "LOCATION_ZIP") \
  X(marital_status, "MARITAL_STATUS") X(money, "MONEY") X(name, "NAME") \
  X(name_family, "NAME_FAMILY") X(name_given, "NAME_GIVEN") \
  X(name_medical_professional, "NAME_MEDICAL_PROFESSIONAL") X(numerical_pii, "NUMERICAL_PII") \
  X(occupation, "OCCUPATION") X(organization, "ORGANIZATION") \
  X(organization_medical_facility, "ORGANIZATION_MEDICAL_FACILITY") X(origin, "ORIGIN") \
  X(passport_number, "PASSPORT_NUMBER") X(password, "PASSWORD") X(phone_number, "PHONE_NUMBER") \
  X(physical_attribute, "PHYSICAL_ATTRIBUTE") X(political_affiliation, "POLITICAL_AFFILIATION") \
  X(religion, "RELIGION") X(sexuality, "SEXUALITY") X(ssn, "SSN") X(time, "TIME") X(url, "URL") \
  X(username, "USERNAME") X(vehicle_id, "VEHICLE_ID") X(zodiac_sign, "ZODIAC_SIGN") \
  X(blood_type, "BLOOD_TYPE") X(condition, "CONDITION") X(dose, "DOSE") X(drug, "DRUG") \
  X(injury, "INJURY") X(medical_process, "MEDICAL_PROCESS") X(statistics, "STATISTICS") \
  X(bank_account, "BANK_ACCOUNT") X(credit_card, "CREDIT_CARD") \
  X(credit_card_expiration, "CREDIT_CARD_EXPIRATION") X(cvv, "CVV") \
  X(routing_number, "ROUTING_NUMBER") X(corporate_action, "CORPORATE_ACTION") X(day, "DAY") \
  X(effect, "EFFECT") X(financial_metric, "FINANCIAL_METRIC") X(medical_code, "MEDICAL_CODE") \
  X(month, "MONTH") X(organization_id, "ORGANIZATION_ID") X(product, "PRODUCT") \
  X(project, "PROJECT") X(trend, "TREND") X(year, "YEAR")
// clang-format on

/// A kind of personal data to hide, or a preset of many kinds, such as `gdpr`, `pci` and
/// `hipaa_safe_harbor`. The names on the wire are in upper case: `GDPR`, `EMAIL_ADDRESS`.
/// See https://docs.gladia.io/api-reference/v2/pre-recorded/init.
enum class pii_entity {
#define GLADIA_PII_ENTITY(enumerator, name) enumerator,
  GLADIA_PII_ENTITIES(GLADIA_PII_ENTITY)
#undef GLADIA_PII_ENTITY
};
template <>
struct enum_names<pii_entity> {
#define GLADIA_PII_ENTITY(enumerator, name) name,
  static constexpr std::string_view names[] = {GLADIA_PII_ENTITIES(GLADIA_PII_ENTITY)};
#undef GLADIA_PII_ENTITY
};
#undef GLADIA_PII_ENTITIES

}  // namespace gladia
